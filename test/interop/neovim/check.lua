-- Neovim as a client: nvim --clean --headless -S check.lua, in a folder with a suite. Prints what it saw as JSON.
local seen = {}
local ok, problem = xpcall(function()
  vim.cmd("edit prompt.txt")
  local buffer = vim.api.nvim_get_current_buf()
  local client = vim.lsp.start({ name = "llmops", cmd = { vim.env.LLMOPS_NODE, vim.env.LLMOPS_ENGINE, "lsp", "--stdio" }, root_dir = vim.fn.getcwd() }, { bufnr = buffer })
  assert(client, "the server did not start")
  local function wait(what, test) assert(vim.wait(20000, test, 20), "waited 20 s for " .. what) end
  local function of(code)
    for _, one in ipairs(vim.diagnostic.get(buffer)) do if one.code == code then return one end end
  end
  wait("the undefined variable", function() return of("undefined-variable") end)
  local one = of("undefined-variable")
  seen.diagnostic = { line = one.lnum, column = one.col, source = one.source, message = one.message }

  local function ask(method, params)
    local answers = assert(vim.lsp.buf_request_sync(buffer, method, params, 10000), method)
    for _, answer in pairs(answers) do return answer.result end
  end
  local function at(line, character) return { textDocument = { uri = vim.uri_from_bufnr(buffer) }, position = { line = line, character = character } } end
  seen.hover = ask("textDocument/hover", at(0, 10)).contents.value
  seen.completion = {}
  for _, item in ipairs(ask("textDocument/completion", at(1, 3))) do table.insert(seen.completion, item.label) end

  local edit = ask("textDocument/rename", vim.tbl_extend("force", at(0, 10), { newName = "client" }))
  vim.lsp.util.apply_workspace_edit(edit, "utf-16")
  vim.cmd("silent wall")
  seen.prompt = table.concat(vim.fn.readfile("prompt.txt"), "\n")
  seen.suite = table.concat(vim.fn.readfile("promptfooconfig.yaml"), "\n")
  wait("the run of the save", function()
    for _, lens in ipairs(ask("textDocument/codeLens", { textDocument = { uri = vim.uri_from_bufnr(buffer) } }) or {}) do
      seen.lens = lens.command.title
      if lens.command.title:match("%%") then return true end
    end
  end)
end, debug.traceback)
if not ok then seen.problem = problem end
io.stdout:write("SEEN " .. vim.json.encode(seen) .. "\n")
vim.cmd(ok and "qa!" or "cquit 1")
