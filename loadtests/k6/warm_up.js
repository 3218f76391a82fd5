// 20 users ask for a greeting for 10 seconds, then one asks 20 times for the first page of items.
import http from 'k6/http';
import { BASE_URL, checked, named, options as optionsOf } from './lib/scenario.js';
import { isPage, page } from './lib/items.js';

const greeting = { status: 200, body: 'the greeting', holds: (body) => body.message === 'Hello, World!' };
const list = { status: 200, body: 'a page of items', holds: (body) => isPage(body, 0) && body.length > 0 };

const duration = __ENV.DURATION || '10s';
const vus = Number(__ENV.VUS || 20);
const iterations = Number(__ENV.ITERATIONS || 20);

export const options = optionsOf(
  {
    hello: { executor: 'constant-vus', vus, duration, exec: 'hello', gracefulStop: '0s' },
    list_items: { executor: 'shared-iterations', vus: 1, iterations, exec: 'list_items', startTime: duration },
  },
  greeting,
  list,
);

export function hello() {
  checked(http.get(`${BASE_URL}/hello`, named('/hello')), greeting);
}

export function list_items() {
  checked(http.get(page(), named('/items')), list);
}
