// 10 users share 1,000 requests for one item each.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, isItemOf, nthId } from './lib/items.js';

export const expected = { status: 200, body: 'the item', holds: isItemOf };

export const options = scenario('get_item', expected, { vus: 10, iterations: 1000 });

export const setup = existingIds;

export default function get_item(ids) {
  const id = nthId(ids, exec.scenario.iterationInTest);
  checked(http.get(`${ITEMS}/${id}`, named('/items/{item_id}')), expected, { id });
}
