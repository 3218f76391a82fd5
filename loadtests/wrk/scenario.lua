-- One request, again and again: a GET, or a POST of the JSON that is given. What came of it is one line of JSON.
function init(args)
  if args[1] then
    wrk.method, wrk.body = 'POST', args[1]
    wrk.headers['Content-Type'] = 'application/json'
  end
end

function done(summary, latency, _)
  local points, percents = {}, {}
  for percent = 0, 99 do table.insert(percents, percent) end
  for tenth = 1, 9 do table.insert(percents, 99 + tenth / 10) end
  table.insert(percents, 99.99) -- the points that harness/k6.py keeps; the last one is the maximum
  for _, percent in ipairs(percents) do table.insert(points, latency:percentile(percent) / 1000) end
  table.insert(points, latency.max / 1000)
  local errors = {}
  for name, count in pairs(summary.errors) do table.insert(errors, string.format('"%s": %d', name, count)) end
  print(string.format(
    '{"requests": %d, "seconds": %f, "mean_ms": %f, "quantiles_ms": [%s], "errors": {%s}}',
    summary.requests, summary.duration / 1e6, latency.mean / 1000,
    table.concat(points, ', '), table.concat(errors, ', ')
  ))
end
