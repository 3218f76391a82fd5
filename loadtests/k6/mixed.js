// 10 users share 1,000 requests of which 14 in 20 read an item, 2 read a page, 2 create, 1 replaces and 1 deletes.
import http from 'k6/http';
import exec from 'k6/execution';
import { checked, named, scenario } from './lib/scenario.js';
import { ITEMS, existingIds } from './lib/items.js';
import create_item, { expected as created } from './create_item.js';
import { expected as deleted } from './delete_item.js';
import get_item, { expected as got } from './get_item.js';
import list_page, { expected as listed } from './list_page.js';
import replace_item, { expected as replaced } from './replace_item.js';

// What a user does, over and over, from a place of its own: users who all began alike would all write at once.
const WALK = [
  ...[get_item, get_item, get_item, list_page, get_item, get_item, get_item, create, get_item, get_item],
  ...[get_item, replace_item, get_item, create, delete_item, get_item, get_item, list_page, get_item, get_item],
];
const APART = 7; // shares no factor with 20: 20 users begin in 20 places

export const options = scenario('mixed', [got, listed, created, replaced, deleted], { vus: 10, iterations: 1000 });

export const setup = existingIds;

const mine = []; // of each user: the ids that it created and that are still there
let turn = 0;

export default function mixed(ids) {
  const begin = exec.vu.idInTest * APART;
  WALK[(begin + turn) % WALK.length](ids);
  turn += 1;
}

function create() {
  const answer = create_item();
  if (answer.status === created.status) mine.push(answer.json('id'));
}

// Only what is one's own: nobody else may be about to read it. Who has nothing yet reads.
function delete_item(ids) {
  if (mine.length === 0) return get_item(ids);
  return checked(http.del(`${ITEMS}/${mine.pop()}`, null, named('/items/{item_id}')), deleted);
}
