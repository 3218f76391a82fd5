// A list that is too long to parse: k6 would take longer to read it than the service to write it.
import { isItem } from './items.js';

export const HUGE = 10000; // items
const PARTS = 16; // that are read of it, beside its two ends
const WIDTH = 8192; // bytes of each
const NEAR = 0.02; // how far the number of items may be from what the length of those that were read says

// Every part holds items, their ids rise from the first part to the last, and by its length the list has `number`.
export function isHugeList(bytes, number) {
  const length = bytes.byteLength;
  if (length < WIDTH * PARTS * 2) return false;
  const head = text(bytes, 0);
  const tail = text(bytes, length - WIDTH);
  if (!/^\s*\[\s*\{/.test(head) || !/\}\s*\]\s*$/.test(tail)) return false;
  const between = [];
  for (let n = 0; n < PARTS; n++) between.push(whole(text(bytes, Math.floor(((n + 0.5) / PARTS) * length - WIDTH / 2))));
  const parts = [whole(head), ...between, whole(tail)];
  if (parts.some((part) => part.items.length === 0)) return false;
  const items = parts.flatMap((part) => part.items);
  const each = sum(between.map((part) => part.length)) / sum(between.map((part) => part.items.length));
  return (
    items.every((item, place) => isItem(item) && (place === 0 || item.id > items[place - 1].id)) &&
    items[items.length - 1].id >= number && // as many different ids reach as far
    Math.abs(length / each / number - 1) < NEAR
  );
}

// The items that lie whole in a part, and the room they take with the commas after them.
function whole(part) {
  const begin = part.indexOf('{');
  const end = part.lastIndexOf('}') + 1;
  const comma = /\}(,\s*)\{/.exec(part);
  try {
    return { items: JSON.parse(`[${part.slice(begin, end)}]`), length: end - begin + (comma ? comma[1].length : 0) };
  } catch {
    return { items: [], length: 0 };
  }
}

function text(bytes, from) {
  return String.fromCharCode.apply(null, new Uint8Array(bytes, from, WIDTH));
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
