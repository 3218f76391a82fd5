// What the scripts have in common: how many users, for how long, and what a right answer is.
import exec from 'k6/execution';
import { check, sleep } from 'k6';
import { Gauge, Trend } from 'k6/metrics';

export const BASE_URL = (__ENV.BASE_URL || 'http://127.0.0.1:8000').replace(/\/$/, '');

// k6's own rates divide by the whole run, its start and setup() included. These know the scenario alone: when it
// began, in seconds since 1970; how long after that each user did; how long after that each answer came; and the
// latency of its two halves in time; and how long each user's first TCP connection took.
const began = new Gauge('began');
const lag = new Trend('lag', true);
const connecting = new Trend('connecting', true);
const elapsed = new Trend('elapsed', true);
const halves = [new Trend('first_half', true), new Trend('second_half', true)];

// `expected` is {status, body, holds}: the status, what the body is in words, and whether it is that; or a list of
// such, where the answers are of several kinds.
// Of `paper`, the study's load, the environment overrides each part. With RATE that many iterations begin each
// second, whether or not those before have ended, as long as there are not more than VUS of them.
export function scenario(operation, expected, paper) {
  const duration = __ENV.DURATION || (__ENV.ITERATIONS ? undefined : paper.duration);
  const vus = Number(__ENV.VUS || paper.vus);
  const iterations = Number(__ENV.ITERATIONS || paper.iterations);
  const rate = Number(__ENV.RATE);
  let load = { executor: 'shared-iterations', vus, iterations };
  // Who began in time is waited for, as long as k6 waits for an answer at all.
  if (duration) load = { executor: 'constant-vus', vus, duration, gracefulStop: '60s' };
  if (rate) load = { executor: 'constant-arrival-rate', ...whole(rate), duration: duration || '10s', preAllocatedVUs: vus };
  return options({ [operation]: load }, ...[expected].flat());
}

// k6 takes whole numbers only: 2.5 a second are 25 in 10 seconds.
function whole(rate) {
  let seconds = 1;
  while (!Number.isInteger(rate * seconds) && seconds < 1000) seconds *= 10;
  return { rate: Math.round(rate * seconds), timeUnit: `${seconds}s` };
}

export function options(scenarios, ...expected) {
  // A threshold without a condition makes k6 report that slice of a metric: here, without setup()'s requests.
  const thresholds = { checks: ['rate==1'] };
  for (const name of Object.keys(scenarios)) {
    thresholds[`http_req_duration{scenario:${name}}`] = [];
    thresholds[`iteration_duration{scenario:${name}}`] = [];
  }
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
let first = true; // of each user

export function checked(answer, expected, sent) {
  const { startTime, progress } = exec.scenario;
  const { blocked, connecting: connected, duration } = answer.timings;
  if (first) {
    began.add(startTime / 1000);
    lag.add(Math.max(0, Date.now() - duration - blocked - startTime));
    connecting.add(connected);
    first = false;
  }
  const [status, shape] = names(expected);
  check(answer, {
    [status]: () => answer.status === expected.status,
    [shape]: () => (answer.body === right.body && sent === right.sent) || holds(answer.body, expected, sent),
  });
  elapsed.add(Date.now() - startTime);
  halves[progress < 0.5 ? 0 : 1].add(duration);
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

// null for no body, undefined for one that is not JSON; bytes are for the script to look at
function parsed(text) {
  if (!text) return null;
  if (text instanceof ArrayBuffer) return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
