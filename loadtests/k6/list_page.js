// 10 users share 1,000 requests for a page of items each, scattered over all of them.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds, isItem, nthPage } from './lib/items.js';

const LIMIT = 100;

export const expected = { status: 200, body: 'the page after the id', holds: isPage };

export const options = scenario('list_page', expected, { vus: 10, iterations: 1000 });

export const setup = existingIds;

export default function list_page(ids) {
  const page = nthPage(ids, exec.scenario.iterationInTest, LIMIT);
  checked(http.get(`${ITEMS}?limit=${LIMIT}&after=${page.after}`, named('/items')), expected, page);
}

function isPage(body, { after, least }) {
  return (
    Array.isArray(body) &&
    body.length >= least &&
    body.length <= LIMIT &&
    body.every((item, place) => isItem(item) && item.id > (place ? body[place - 1].id : after))
  );
}
