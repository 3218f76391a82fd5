import http from 'k6/http';
import { BASE_URL, named } from './scenario.js';

export const ITEMS = `${BASE_URL}/items`;

// The n-th record of the dataset: the same on every run and for every service.
export function record(n) {
  return {
    name: `Item ${n}`,
    description: n % 5 === 0 ? null : `The item number ${n} of the dataset, kept in aisle ${n % 40}.`,
    price: ((n * 7919) % 100000) / 100,
    quantity: (n * 31) % 1000,
  };
}

export function isItem(body) {
  return (
    body !== null &&
    typeof body === 'object' &&
    Object.keys(body).length === 5 &&
    Number.isInteger(body.id) &&
    typeof body.name === 'string' &&
    (body.description === null || typeof body.description === 'string') &&
    typeof body.price === 'number' &&
    Number.isInteger(body.quantity)
  );
}

export function isItemOf(body, sent) {
  return isItem(body) && Object.keys(sent).every((member) => body[member] === sent[member]);
}

// IDS names a JSON file with the ids that exist; without it the service is asked, before the clock starts.
// A file is read before that too; what setup() returns reaches each user only after it.
const given = __ENV.IDS ? JSON.parse(open(__ENV.IDS)) : null;

export function existingIds() {
  if (given) return null;
  const ids = http.get(ITEMS, named('/items')).json().map((item) => item.id);
  if (ids.length === 0) throw new Error('no items to work on: run load_items.js first');
  return ids;
}

// The n-th id of a walk over all of them, in a scattered order, that meets none twice before it has met them all:
// the stride, a prime, shares no factor with their number.
export function nthId(asked, n) {
  const ids = given || asked;
  const stride = ids.length % 7919 === 0 ? 7907 : 7919;
  return ids[(n * stride) % ids.length];
}

export function numberOfIds(asked) {
  return (given || asked).length;
}
