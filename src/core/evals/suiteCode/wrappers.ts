/**
 * What Python runs: takes `{id, code | file, name, args}`, a line each, from standard input and writes `{id, value}` or
 * `{id, failed, message}`, a line each, to what was standard output. Everything that prints, also from C or a child,
 * goes to standard error, and nothing else reads the calls. It leaves at once: threads that still run do not hold it up.
 */
export const PYTHON = `
import os, sys
channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
calls = os.fdopen(os.dup(0), "rb")
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
import json

def failed(stage, error):
    return {"failed": stage, "message": "%s: %s" % (type(error).__name__, error)}

files = {}

def load(call):
    if "code" in call:
        members = {"__name__": "script", "json": json}
        exec(compile(call["code"], "<script>", "exec"), members)
        return members[call["name"]]
    path = os.path.abspath(call["file"])
    if path not in files:
        import importlib.util
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        files[path] = module
    target = files[path]
    for part in call["name"].split("."):
        target = getattr(target, part)
    return target

def answer(call):
    try:
        target = load(call)
    except BaseException as error:
        return failed("load", error)
    try:
        value = target(*call["args"])
        if hasattr(value, "__await__"):
            import asyncio
            async def wait(awaitable):
                return await awaitable
            value = asyncio.run(wait(value))
    except BaseException as error:
        return failed("run", error)
    return {"value": value}

for line in iter(calls.readline, b""):
    call = json.loads(line.decode("utf-8"))
    outcome = dict(answer(call), id=call["id"])
    try:
        text = json.dumps(outcome, allow_nan=False)
    except BaseException as error:
        text = json.dumps({"id": call["id"], "failed": "return", "message": "%r, which cannot be judged (%s)." % (outcome.get("value"), error)})
    channel.write(text + "\\n")
    channel.flush()
sys.stdout.flush()
sys.stderr.flush()
os._exit(0)
`;

/** The same for Ruby. */
export const RUBY = `
require "json"
channel = STDOUT.dup
STDOUT.reopen(STDERR)
calls = STDIN.dup
STDIN.reopen(File::NULL)
write = lambda do |id, outcome|
  text = begin
    JSON.generate(outcome.merge(id: id))
  rescue StandardError => error
    JSON.generate({ id: id, failed: "return", message: "something that cannot be judged (#{error.class})." })
  end
  channel.write(text + "\\n")
  channel.flush
end
failed = ->(stage, error) { { failed: stage, message: "#{error.class}: #{error.message}" } }
# Methods of a file are global: those of another one must not answer for them.
loaded = nil
find = lambda do |call|
  if call["code"]
    eval(call["code"], TOPLEVEL_BINDING, "(script)")
  else
    path = File.absolute_path(call["file"])
    $LOAD_PATH.unshift(File.dirname(path))
    load path unless loaded == path
    loaded = path
  end
  *owner, name = call["name"].split(".")
  target = owner.empty? ? self : Object.const_get(owner.join("::"))
  owner.empty? ? target.method(name) : target.public_method(name)
end
calls.each_line do |line|
  call = JSON.parse(line)
  begin
    method = find.call(call)
  rescue Exception => error
    write.call(call["id"], failed.call("load", error))
    next
  end
  begin
    value = method.call(*call["args"])
  rescue Exception => error
    write.call(call["id"], failed.call("run", error))
    next
  end
  write.call(call["id"], { value: value })
end
exit!(0)
`;

/** As promptfoo makes a function of inline code: one line is an expression, several are a body that needs its own `return`. */
export function pythonFunction(code: string): string {
  return `def main(output, context):\n${code.includes("\n") ? indented(code, "    ") : `    return ${code}`}\n`;
}

/** A method returns its last expression anyway. */
export function rubyFunction(code: string): string {
  return `def main(output, context)\n${code.includes("\n") ? indented(code, "  ") : `  return ${code}`}\nend\n`;
}

/** Indents every line by what the code itself is indented by: Python does not mix tabs and spaces. */
function indented(code: string, usual: string): string {
  const own = /^[ \t]+(?=\S)/m.exec(code)?.[0] ?? usual;
  return code.split("\n").map((line) => own + line).join("\n");
}
