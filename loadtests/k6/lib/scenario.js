// What the scripts have in common: how many users, for how long, and what a right answer is.
import exec from 'k6/execution';
import { check, sleep } from 'k6';
import { Gauge } from 'k6/metrics';

export const BASE_URL = (__ENV.BASE_URL || 'http://127.0.0.1:8000').replace(/\/$/, '');

// From the scenario's start to its last answer. k6's own rates divide by the whole run, setup() included.
const elapsed = new Gauge('elapsed', true);

// `expected` is {status, body, holds}: the status, what the body is in words, and whether it is that.
export function closed(operation, expected, paper) {
  const duration = __ENV.DURATION || (__ENV.ITERATIONS ? undefined : paper.duration);
  const vus = Number(__ENV.VUS || paper.vus);
  const load = duration
    ? { executor: 'constant-vus', vus, duration }
    : { executor: 'shared-iterations', vus, iterations: Number(__ENV.ITERATIONS || paper.iterations) };
  return options({ [operation]: load }, expected);
}

export function options(scenarios, ...expected) {
  // A threshold without a condition makes k6 report that slice of a metric: here, without setup()'s requests.
  const thresholds = { checks: ['rate==1'] };
  for (const name of Object.keys(scenarios)) thresholds[`http_req_duration{scenario:${name}}`] = [];
  for (const one of expected) {
    for (const name of names(one)) thresholds[`checks{check:${name}}`] = [];
  }
  // Without `url` a thousand ids are one series, not a thousand.
  const systemTags = ['check', 'error', 'expected_response', 'method', 'name', 'scenario', 'status'];
  return { scenarios, thresholds, systemTags };
}

// `name` is the path as the contract writes it, `/items/{item_id}`, whatever the id.
export function named(name, body) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return { headers, tags: { name } };
}

// The last right body. Reading the same 1,500 items once more costs k6 more than it cost the service to write them.
const right = { body: undefined, sent: undefined };

export function checked(answer, expected, sent) {
  const [status, shape] = names(expected);
  check(answer, {
    [status]: () => answer.status === expected.status,
    [shape]: () => (answer.body === right.body && sent === right.sent) || holds(answer.body, expected, sent),
  });
  elapsed.add(Date.now() - exec.scenario.startTime);
  if (answer.status === 0) sleep(0.5); // no answer at all: failed already, and a flood of such would help nobody
}

function holds(text, expected, sent) {
  const body = parsed(text);
  const is = body !== undefined && Boolean(expected.holds(body, sent));
  if (is) Object.assign(right, { body: text, sent });
  return is;
}

function names(expected) {
  return [`status is ${expected.status}`, `body is ${expected.body}`];
}

// null for no body, undefined for one that is not JSON
function parsed(text) {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
