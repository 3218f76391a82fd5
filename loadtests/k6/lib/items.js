import http from 'k6/http';
import { BASE_URL, named } from './scenario.js';

export const ITEMS = `${BASE_URL}/items`;

// Of items, in an answer: the contract's.
const DEFAULT_LIMIT = 2000;

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

// A page of items: LIMIT of them, or as many as the service gives unasked.
export function page(limit = Number(__ENV.LIMIT || 0), after = 0) {
  const query = [...(limit ? [`limit=${limit}`] : []), ...(after ? [`after=${after}`] : [])].join('&');
  return query ? `${ITEMS}?${query}` : ITEMS;
}

// Items whose ids rise, all of them beyond the one that the page is after.
export function isPage(body, after) {
  return (
    Array.isArray(body) && body.every((item, place) => isItem(item) && item.id > (place ? body[place - 1].id : after))
  );
}

// IDS names a JSON file with the ids that exist, or with some of them; without it the service is asked, before the
// clock starts. A file is read before that too; what setup() returns reaches each user only after it.
const given = __ENV.IDS ? JSON.parse(open(__ENV.IDS)) : null;

export function existingIds() {
  if (given) return null;
  const ids = http.get(ITEMS, named('/items')).json().map((item) => item.id);
  if (ids.length === 0) throw new Error('no items to work on: run load_items.js first');
  return ids;
}

// The n-th place of a walk over all of them, in a scattered order, that meets none twice before it has met them all:
// the stride, a prime, shares no factor with their number.
function scattered(places, n) {
  const stride = places % 7919 === 0 ? 7907 : 7919;
  return (n * stride) % places;
}

export function nthId(asked, n) {
  const ids = given || asked;
  return ids[scattered(ids.length, n)];
}

// After which id the n-th page begins, and how many items it has: a page that is not full would cost less.
export function nthPage(asked, n, limit) {
  const ids = given || asked;
  const place = scattered(Math.max(ids.length - limit, 1), n);
  return { after: ids[place], least: Math.min(limit, ids.length - 1 - place) };
}

// ROWS is how many there are, where the ids of IDS are some of them.
export function itemsInFirstPage(asked) {
  return Math.min(Number(__ENV.ROWS || (given || asked).length), Number(__ENV.LIMIT || DEFAULT_LIMIT));
}
