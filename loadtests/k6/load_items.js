// One user creates the 1,500 records of the dataset, one after the other.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, isItemOf, record } from './lib/items.js';

const expected = { status: 201, body: 'the new item', holds: isItemOf };

export const options = scenario('load_items', expected, { vus: 1, iterations: 1500 });

export default function load_items() {
  const sent = record(exec.scenario.iterationInTest + 1);
  const body = JSON.stringify(sent);
  checked(http.post(ITEMS, body, named('/items', body)), expected, sent);
}
