// 100 users send a JSON object for 15 seconds and get it back.
import http from 'k6/http';
import exec from 'k6/execution';
import { BASE_URL, checked, named, scenario } from './lib/scenario.js';

const expected = { status: 200, body: 'what was sent', holds: same };

export const options = scenario('echo', expected, { vus: 100, duration: '15s' });

export default function echo() {
  const sent = {
    message: 'Hello, World!',
    number: exec.scenario.iterationInTest,
    list: [1, 2.5, true, null, 'four'],
    object: { nested: { deeper: 'still here' } },
  };
  const body = JSON.stringify(sent);
  checked(http.post(`${BASE_URL}/echo`, body, named('/echo', body)), expected, sent);
}

// Equal as JSON: the order of an object's members does not count.
function same(one, other) {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  const members = Object.keys(other);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    Object.keys(one).length === members.length &&
    members.every((member) => same(one[member], other[member]))
  );
}
