-- What wrk sends: a GET of each line of a file in turn, or with METHOD=POST each line as
-- a JSON body. "%d" in a line becomes a number that never comes twice.
local lines, number = {}, 0
local method = os.getenv("METHOD")
local first = tonumber(os.getenv("FIRST"))

function init()
  for line in io.lines(os.getenv("LINES_FILE")) do
    lines[#lines + 1] = line
  end
  wrk.headers["Accept-Encoding"] = "gzip"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  number = number + 1
  local line = lines[(number - 1) % #lines + 1]
  if method == "GET" then
    return wrk.format("GET", line)
  end
  return wrk.format("POST", "/v1/risk", nil, (line:gsub("%%d", first + number)))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "bytes": %d, "errors": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
