/**
 * What Python runs: takes `{code | file, name, args}` from standard input and writes `{value}` or
 * `{failed, message}` to what was standard output. Everything that prints, also from C or a child,
 * goes to standard error. It leaves at once: threads that still run do not hold it up.
 */
export const PYTHON = `
import os, sys
channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)
import json

def end(text):
    channel.write(text)
    channel.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)

def fail(stage, error):
    end(json.dumps({"failed": stage, "message": "%s: %s" % (type(error).__name__, error)}))

call = json.loads(sys.stdin.buffer.read().decode("utf-8"))
try:
    if "code" in call:
        members = {"__name__": "script", "json": json}
        exec(compile(call["code"], "<script>", "exec"), members)
        target = members[call["name"]]
    else:
        import importlib.util
        path = os.path.abspath(call["file"])
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(os.path.splitext(os.path.basename(path))[0], path)
        target = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(target)
        for part in call["name"].split("."):
            target = getattr(target, part)
except BaseException as error:
    fail("load", error)
try:
    value = target(*call["args"])
    if hasattr(value, "__await__"):
        import asyncio
        async def wait(awaitable):
            return await awaitable
        value = asyncio.run(wait(value))
except BaseException as error:
    fail("run", error)
try:
    text = json.dumps({"value": value}, allow_nan=False)
except BaseException as error:
    end(json.dumps({"failed": "return", "message": "%r, which cannot be judged (%s)." % (value, error)}))
end(text)
`;

/** The same for Ruby. */
export const RUBY = `
require "json"
channel = STDOUT.dup
STDOUT.reopen(STDERR)
finish = lambda do |outcome|
  text = begin
    JSON.generate(outcome)
  rescue StandardError => error
    JSON.generate({ failed: "return", message: "something that cannot be judged (#{error.class})." })
  end
  channel.write(text)
  channel.flush
  exit!(0)
end
call = JSON.parse(STDIN.read)
begin
  if call["code"]
    eval(call["code"], TOPLEVEL_BINDING, "(script)")
  else
    path = File.absolute_path(call["file"])
    $LOAD_PATH.unshift(File.dirname(path))
    load path
  end
  *owner, name = call["name"].split(".")
  target = owner.empty? ? self : Object.const_get(owner.join("::"))
  method = owner.empty? ? target.method(name) : target.public_method(name)
rescue Exception => error
  finish.call({ failed: "load", message: "#{error.class}: #{error.message}" })
end
begin
  value = method.call(*call["args"])
rescue Exception => error
  finish.call({ failed: "run", message: "#{error.class}: #{error.message}" })
end
finish.call({ value: value })
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
