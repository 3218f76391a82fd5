// The items API in Node's own http module, without a dependency: `node server.js`.
'use strict';
const fs = require('node:fs');
const http = require('node:http');
const querystring = require('node:querystring');

const { HOST = '127.0.0.1', PORT = '8000', FILE = 'items.jsonl' } = process.env;
const BODY_MAX = 2 ** 20; // bytes
const ID_MAX = Number.MAX_SAFE_INTEGER;
const JSON_TYPE = /^application\/json[ \t]*(;[ \t]*(charset=("utf-8"|utf-8)[ \t]*)?)?$/i;

// -- the items: a file with a line for each change, read once and then only appended to

class Store {
  items = new Map();
  lastId = 0;

  constructor(path) {
    this.file = fs.openSync(path, 'a+');
    const text = fs.readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    fs.ftruncateSync(this.file, Buffer.byteLength(whole)); // the process was killed within a line: nobody got an answer
    for (const line of whole.split('\n').slice(0, -1)) this.apply(JSON.parse(line));
  }

  apply({ deleted, ...item }) {
    if (deleted) this.items.delete(deleted);
    else this.items.set(item.id, item);
    this.lastId = Math.max(this.lastId, deleted ?? item.id);
  }

  // On the disk before it is answered. Where only a part could be written, that part goes.
  write(change) {
    const { size } = fs.fstatSync(this.file);
    try {
      fs.writeFileSync(this.file, `${JSON.stringify(change)}\n`);
      fs.fsyncSync(this.file);
    } catch (error) {
      fs.ftruncateSync(this.file, size);
      throw new Problem(503, 'The file cannot be written.', { 'Retry-After': '1' });
    }
    this.apply(change);
  }

  page(limit, after) {
    const ids = [...this.items.keys()].sort((one, other) => one - other);
    return ids.filter((id) => id > after).slice(0, limit).map((id) => this.items.get(id));
  }
}

const store = new Store(FILE);

// -- errors

class Problem extends Error {
  constructor(status, detail, headers = {}, errors = undefined) {
    super(detail);
    Object.assign(this, { status, headers, errors });
  }
}

const TITLES = { 413: 'Content Too Large', 422: 'Unprocessable Content' }; // RFC 9110's; Node has older ones
const invalid = (errors) => new Problem(422, 'The request is not valid.', {}, errors);
const noPath = () => new Problem(404, 'No such path.');
const noItem = () => new Problem(404, 'No item has this id.');

// -- what is asked

// Read before anything is answered, and also where it is not wanted: to close the connection on a client that still
// sends would lose the answer. Nothing is kept of a body that is too large, and what is far too large is not awaited.
async function bodyOf(request) {
  if (Number(request.headers['content-length']) > 16 * BODY_MAX) return null;
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= BODY_MAX) chunks.push(chunk);
  }
  return size <= BODY_MAX ? Buffer.concat(chunks) : null;
}

function parsed({ type = '', body }) {
  if (!JSON_TYPE.test(type)) throw new Problem(415, 'The body must be application/json.');
  if (!body) throw new Problem(413, 'The body is larger than 1 MiB.');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    return { text, value: JSON.parse(text, wellFormed) };
  } catch {
    throw new Problem(400, 'The body is not valid JSON.');
  }
}

function wellFormed(name, value) {
  if (/\p{Surrogate}/u.test(typeof value === 'string' ? name + value : name)) throw new SyntaxError('half of a pair');
  return value;
}

// A number may have more digits than a double: each token becomes a text that begins with its kind, and back again.
const TEXT = /"((?:[^"\\]|\\.)*)"/g;
const TOKEN = new RegExp(`${TEXT.source}|-?\\d[\\d.eE+-]*`, 'g');

function echoed(text) {
  const kinds = text.replace(TOKEN, (token, inner) => (inner === undefined ? `"n${token}"` : `"t${inner}"`));
  return JSON.stringify(JSON.parse(kinds)).replace(TEXT, (token, inner) =>
    inner[0] === 'n' ? inner.slice(1) : `"${inner.slice(1)}"`);
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (least, most) => (value) =>
  typeof value === 'string' && [...value].length >= least && [...value].length <= most && !value.includes('\0');
const isNumber = (most) => (value) => typeof value === 'number' && value >= 0 && value <= most;

const MEMBERS = {
  name: { valid: isText(1, 100), detail: 'Must be a text of 1 to 100 characters.' },
  description: {
    valid: (value) => value === null || isText(0, 1000)(value),
    detail: 'Must be a text of at most 1,000 characters, or null.',
    missing: null,
  },
  price: { valid: isNumber(1_000_000), detail: 'Must be a number from 0 to 1,000,000.' },
  quantity: {
    valid: (value) => Number.isInteger(value) && isNumber(2 ** 31 - 1)(value),
    detail: 'Must be a whole number from 0 to 2,147,483,647.',
    missing: 0,
  },
};

function newItem(asked) {
  const { value } = parsed(asked);
  const at = (name, detail) => ({ location: 'body', pointer: name, detail });
  if (!isObject(value)) throw invalid([at('', 'Must be an object.')]);
  const item = {};
  const errors = Object.keys(value)
    .filter((name) => !Object.hasOwn(MEMBERS, name))
    .map((name) => at(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, 'Is not a member of an item.'));
  for (const [name, { valid, detail, missing }] of Object.entries(MEMBERS)) {
    item[name] = Object.hasOwn(value, name) ? value[name] : missing;
    if (item[name] === undefined) errors.push(at(`/${name}`, 'Is missing.'));
    else if (!valid(item[name])) errors.push(at(`/${name}`, detail));
  }
  if (errors.length) throw invalid(errors);
  return item;
}

function wholeNumber(text, most) {
  return /^[1-9]\d*$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function page(query) {
  const parameters = new URLSearchParams(query);
  const errors = [];
  const values = [['limit', 2000, 2000], ['after', ID_MAX, 0]].map(([name, most, missing]) => {
    const value = parameters.has(name) ? wholeNumber(parameters.get(name), most) : missing;
    if (value === undefined) errors.push({ location: 'query', pointer: `/${name}`, detail: `Must be 1 to ${most}.` });
    return value;
  });
  if (errors.length) throw invalid(errors);
  return values;
}

function raise(problem) {
  throw problem;
}

// -- the operations, by path and method

const NO_STORE = { 'Cache-Control': 'no-store' };
const ok = (value, headers = NO_STORE) => ({ status: 200, body: JSON.stringify(value), headers });

const BASICS = {
  '/hello': { GET: () => ok({ message: 'Hello, World!' }, {}) },
  '/healthz': { GET: () => ok({ status: 'ok' }) },
  '/echo': {
    POST(asked) {
      const { text, value } = parsed(asked);
      if (value === null || typeof value !== 'object') {
        throw invalid([{ location: 'body', pointer: '', detail: 'Must be an object or an array.' }]);
      }
      return { status: 200, body: echoed(text), headers: {} };
    },
  },
  '/items': {
    GET: ({ query }) => ok(store.page(...page(query))),
    POST(asked) {
      const item = { id: store.lastId + 1, ...newItem(asked) };
      store.write(item);
      return { status: 201, body: JSON.stringify(item), headers: { Location: `/items/${item.id}`, ...NO_STORE } };
    },
  },
};

const itemAt = (id) => ({
  GET: () => ok(store.items.get(id) ?? raise(noItem())),
  PUT(asked) {
    const item = { id, ...newItem(asked) };
    if (!store.items.has(id)) throw noItem();
    store.write(item);
    return ok(item);
  },
  DELETE() {
    if (!store.items.has(id)) throw noItem();
    store.write({ deleted: id });
    return { status: 204, headers: NO_STORE };
  },
});

function methodsOf(path) {
  const [, id] = /^\/items\/([^/]+)$/.exec(path) ?? [];
  const methods = id ? itemAt(wholeNumber(id, ID_MAX) ?? raise(noItem())) : Object.hasOwn(BASICS, path) && BASICS[path];
  return methods || raise(noPath());
}

async function answer(request) {
  const body = await bodyOf(request);
  const [target, query = ''] = request.url.replace(/^https?:\/\/[^/?]*/, '').split(/\?(.*)/s);
  const methods = methodsOf(querystring.unescape(target)); // what is no UTF-8 becomes another name
  const operation = methods[request.method === 'HEAD' ? 'GET' : request.method];
  if (operation) return operation({ query, type: request.headers['content-type'], body });
  const allowed = Object.keys(methods).flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]));
  throw new Problem(405, 'The path has no such method.', { Allow: allowed.join(', ') });
}

function refused(error) {
  if (!(error instanceof Problem) && error.code !== 'ECONNRESET') console.error(error);
  const { status, message, headers, errors } =
    error instanceof Problem ? error : new Problem(500, 'The service failed to answer.');
  const title = TITLES[status] ?? http.STATUS_CODES[status];
  const body = JSON.stringify({ type: 'about:blank', title, status, detail: message, errors });
  return { status, body, headers: { 'Content-Type': 'application/problem+json', ...NO_STORE, ...headers } };
}

const answering = new WeakMap(); // by connection

async function reply(request, response) {
  const { status, body, headers } = await answer(request).catch(refused);
  const framing = body === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...framing, ...headers }).end(body);
}

const server = http.createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
  answering.set(request.socket, reply(request, response));
});
// What is no HTTP, or ends early. A request before it gets its answer first, unless it is the one that never ends.
server.on('clientError', async (error, socket) => {
  if (error.code !== 'HPE_INVALID_EOF_STATE') await answering.get(socket);
  const { body, headers } = refused(new Problem(400, 'The request ended early, or is no HTTP.', { Connection: 'close' }));
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body) }).map((pair) => pair.join(': '));
  if (socket.writable) socket.end(['HTTP/1.1 400 Bad Request', ...lines, '', body].join('\r\n'));
});
server.listen(Number(PORT), HOST);
