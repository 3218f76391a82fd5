// 1 user deletes 100 items, each of them once.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, nthId } from './lib/items.js';

export const expected = { status: 204, body: 'empty', holds: (body) => body === null };

export const options = scenario('delete_item', expected, { vus: 1, iterations: 100 });

export const setup = existingIds;

export default function delete_item(ids) {
  const id = nthId(ids, exec.scenario.iterationInTest);
  checked(http.del(`${ITEMS}/${id}`, null, named('/items/{item_id}')), expected);
}
