// 10 users share 100 requests for the first page of items: as many as the service gives unasked, or LIMIT.
import http from 'k6/http';
import { checked, named, scenario } from './lib/scenario.js';
import { existingIds, isPage, itemsInFirstPage, page } from './lib/items.js';

const expected = {
  status: 200,
  body: 'the first page of items',
  holds: (body, ids) => isPage(body, 0) && body.length === itemsInFirstPage(ids),
};

export const options = scenario('list_items', expected, { vus: 10, iterations: 100 });

export const setup = existingIds;

export default function list_items(ids) {
  checked(http.get(page(), named('/items')), expected, ids);
}
