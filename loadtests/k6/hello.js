// 50 users ask for a greeting for 10 seconds.
import http from 'k6/http';
import { BASE_URL, checked, named, scenario } from './lib/scenario.js';

const expected = { status: 200, body: 'the greeting', holds: (body) => body.message === 'Hello, World!' };

export const options = scenario('hello', expected, { vus: 50, duration: '10s' });

export default function hello() {
  checked(http.get(`${BASE_URL}/hello`, named('/hello')), expected);
}
