// 10 users share 1,000 requests for a page of 100 items each, or LIMIT, scattered over all of them.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { existingIds, isPage, nthPage, page } from './lib/items.js';

const limit = Number(__ENV.LIMIT || 100);

export const expected = {
  status: 200,
  body: 'the page after the id',
  holds: (body, { after, least }) => isPage(body, after) && body.length >= least && body.length <= limit,
};

export const options = scenario('list_page', expected, { vus: 10, iterations: 1000 });

export const setup = existingIds;

export default function list_page(ids) {
  const sought = nthPage(ids, exec.scenario.iterationInTest, limit);
  checked(http.get(page(limit, sought.after), named('/items')), expected, sought);
}
