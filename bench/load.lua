-- wrk's side of bench/load.py: send the requests of a file in turn, tell the result as one line of JSON.
-- The file holds whole requests, each before a line with a single NUL.

local requests, nr = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for one in file:read("*a"):gmatch("(.-)%z\n") do requests[#requests + 1] = one end
  file:close()
end

function request()
  nr = nr % #requests + 1
  return requests[nr]
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('{"requests":%d,"errors":%d,"p50_us":%d,"p99_us":%d}', summary.requests,
    e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
end
