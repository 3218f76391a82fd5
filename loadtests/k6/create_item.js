// 10 users share 1,000 requests that each create an item.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, isItemOf, record } from './lib/items.js';

export const expected = { status: 201, body: 'the new item', holds: isItemOf };

export const options = scenario('create_item', expected, { vus: 10, iterations: 1000 });

export default function create_item() {
  const sent = record(2000 + exec.scenario.iterationInTest);
  const body = JSON.stringify(sent);
  const answer = http.post(ITEMS, body, named('/items', body));
  checked(answer, expected, sent);
  return answer;
}
