// 10 users share 100 requests for all the items.
import http from 'k6/http';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, isItem, numberOfItems } from './lib/items.js';
import { HUGE, isHugeList } from './lib/huge.js';

const expected = {
  status: 200,
  body: 'a list of all items',
  holds: (body, ids) =>
    body instanceof ArrayBuffer
      ? isHugeList(body, numberOfItems(ids))
      : Array.isArray(body) && body.length >= numberOfItems(ids) && body.every(isItem),
};

export const options = scenario('list_items', expected, { vus: 10, iterations: 100 });

export const setup = existingIds;

export default function list_items(ids) {
  const responseType = numberOfItems(ids) < HUGE ? 'text' : 'binary';
  checked(http.get(ITEMS, { ...named('/items'), responseType }), expected, ids);
}
