// Conversations and judgements: kept by the server where it keeps any, else by this page until it is closed.

import {exchange} from './api.js';

const ALL = '/v1/history';
const JUDGEMENTS = '/v1/judgements';
const forgetful = new Map();
let kept = false;
let last = Promise.resolve();

/** Finds out whether the server keeps conversations. */
export async function find() {
  kept = (await exchange('GET', '/health', '')).history;
}

/** Whether the server keeps conversations. */
export function isKept() {
  return kept;
}

/** Changes come in the order in which they were asked for: an older state must not come to lie over a newer one. */
function change(action) {
  const done = last.then(action);
  last = done.catch(() => { /* whoever asked for it is told */ });
  return done;
}

/** What lists show of conversations with a text, `{id, title, changed}`, the one that changed last first. */
export async function list(search, key) {
  if (kept) {
    return (await exchange('POST', `${ALL}/search`, key, {search})).conversations;
  }
  const wanted = search.toLowerCase();
  return [...forgetful.values()]
    .filter((each) => [each.title, ...each.messages.flatMap(texts)].some((text) => text.toLowerCase().includes(wanted)))
    .sort((one, other) => other.changed - one.changed);
}

function texts(message) {
  return message.role === 'user' ? [message.content] : message.versions.map((version) => version.text);
}

/** A conversation, in which nothing is under way: what was when its page was closed will not go on. */
export async function load(id, key) {
  if (!kept) {
    return forgetful.get(id);
  }
  const loaded = await exchange('GET', `${ALL}/${id}`, key);
  loaded.messages.filter((message) => message.role === 'assistant').flatMap((message) => message.versions)
    .filter((version) => version.state === 'running').forEach((version) => { version.state = 'stopped'; });
  return loaded;
}

export function save(conversation, key) {
  if (!kept) {
    forgetful.set(conversation.id, conversation);
    return Promise.resolve();
  }
  const state = JSON.stringify({title: conversation.title, messages: conversation.messages});
  return change(() => exchange('PUT', `${ALL}/${conversation.id}`, key, state));
}

export async function remove(id, key) {
  forgetful.delete(id);
  if (kept) {
    await change(() => exchange('DELETE', `${ALL}/${id}`, key));
  }
}

export async function removeAll(key) {
  forgetful.clear();
  if (kept) {
    await change(() => exchange('DELETE', ALL, key));
  }
}

/** Keeps what was said of an answer; the conversation must be kept. */
export function judge(id, judgement, key) {
  return change(() => exchange('PUT', `${JUDGEMENTS}/${id}`, key, judgement));
}

/** Takes back what was said of an answer. */
export function withdraw(id, key) {
  return change(() => exchange('DELETE', `${JUDGEMENTS}/${id}`, key));
}
