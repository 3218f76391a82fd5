// 10 users share 100 requests for all the items.
import http from 'k6/http';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, isItem, numberOfIds } from './lib/items.js';

const expected = {
  status: 200,
  body: 'a list of all items',
  holds: (body, ids) => Array.isArray(body) && body.length >= numberOfIds(ids) && body.every(isItem),
};

export const options = scenario('list_items', expected, { vus: 10, iterations: 100 });

export const setup = existingIds;

export default function list_items(ids) {
  checked(http.get(ITEMS, named('/items')), expected, ids);
}
