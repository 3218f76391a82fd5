// 10 users share 1,000 requests that each replace an item, scattered over all of them.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, isItemOf, nthId, record } from './lib/items.js';

export const expected = { status: 200, body: 'the replaced item', holds: isItemOf };

export const options = scenario('replace_item', expected, { vus: 10, iterations: 1000 });

export const setup = existingIds;

export default function replace_item(ids) {
  const n = exec.scenario.iterationInTest;
  const id = nthId(ids, n);
  const sent = record(5000 + n);
  const body = JSON.stringify(sent);
  checked(http.put(`${ITEMS}/${id}`, body, named('/items/{item_id}', body)), expected, { id, ...sent });
}
