-- For wrk: every request asks for an output that nobody has yet, and where the URL has 0000, for another of a thousand originals.
-- Arguments: a word that makes runs differ, then ports, of which each thread asks another one; without, the URL's.
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  run, count = arguments[1], 0
  local port = arguments[1 + number]
  if port then wrk.thread.addr = wrk.lookup("127.0.0.1", port)[1] end
end

function request()
  count = count + 1
  local path = wrk.path:gsub("0000", string.format("%04d", (count + number * 333) % 1000))
  return wrk.format(nil, path .. "&v=" .. run .. "-" .. number .. "-" .. count)
end
