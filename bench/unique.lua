-- For wrk: every request asks for an output that nobody has yet. The argument makes runs differ.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  run, count = arguments[1], 0
end

function request()
  count = count + 1
  return wrk.format(nil, wrk.path .. "&v=" .. run .. "-" .. number .. "-" .. count)
end
