// The page: brings together what is shown, what is kept and what is asked.

import {ApiError, chat, judgements, models} from './api.js';
import {byId, copyText, download, element, signButton} from './dom.js';
import {asJson, asMarkdown, fileName} from './export.js';
import {attach} from './files.js';
import * as history from './history.js';
import {preferredLanguage, say, setLanguage, translate} from './language.js';
import {answerView, shownVersion, userView} from './messages.js';
import {notice, sure} from './notices.js';
import {openPanels} from './panels.js';
import {EFFORTS, NUMBERS, begunVersion, messagesBefore, request, said, take} from './prompt.js';
import * as store from './store.js';

const TITLE_LENGTH = 60;
/** How often an answer is kept while it is written, so that a closed page loses little. */
const KEEP_MILLIS = 2000;
/** How long the reader's fingers rest before conversations are searched. */
const SEARCH_MILLIS = 150;

const settings = store.settings();
/** What is being written, by conversation: `{conversation, controller}`. */
const running = new Map();
const views = new Map();
const panels = openPanels();
let key = store.key();
let heads = [];
let opening = '';
let conversation = fresh();

function fresh() {
  return {id: newId(), title: '', changed: Date.now(), messages: []};
}

function newId() {
  return crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
}

// ---- What is asked ------------------------------------------------------------------------------------------------

/** Has one more version of an answer written, which is the one that is shown. */
async function write(asked, answer) {
  const version = begunVersion(asked, answer, settings.system, byId('model').value);
  const body = request(asked, answer, version, EFFORTS[byId('reasoning').value], settings);
  answer.versions.push(version);
  answer.current = answer.versions.length - 1;
  const controller = new AbortController();
  running.set(asked.id, {conversation: asked, controller});
  keep(asked);
  show();
  toEnd();
  const start = performance.now();
  const now = () => performance.now() - start;
  let kept = now();
  try {
    for await (const chunk of chat(body, key, controller.signal)) {
      take(version, chunk, now());
      showSoon(asked, answer);
      if (now() - kept > KEEP_MILLIS) {
        kept = now();
        keep(asked);
      }
    }
    version.state = version.state === 'running' ? 'done' : version.state;
  } catch (failure) {
    fail(version, failure);
  }
  version.millis ||= now();
  if (running.get(asked.id)?.controller !== controller) {
    return; // the conversation has been deleted
  }
  running.delete(asked.id);
  await keep(asked);
  if (asked === conversation) {
    const follows = isAtEnd();
    views.get(answer)?.update();
    showState();
    if (follows) {
      toEnd();
    }
    byId('status').textContent = say(version.state === 'stopped' ? 'answerStopped' : 'answerDone');
  }
}

function fail(version, failure) {
  if (failure.name === 'AbortError') {
    version.state = 'stopped';
    return;
  }
  version.state = 'failed';
  version.error = failure instanceof ApiError && failure.status === 0 ? '' : failure.message;
  if (failure.status === 401) {
    askForKey();
  }
  if (!(failure instanceof ApiError)) {
    throw failure;
  }
}

function send(text) {
  if (running.has(conversation.id) || !text.trim() || !byId('model').value) {
    return false;
  }
  const answer = {role: 'assistant', versions: [], current: 0};
  conversation.title ||= text.replace(/^[\s#>*-]+/, '').split('\n')[0].slice(0, TITLE_LENGTH);
  conversation.messages.push({role: 'user', content: text}, answer);
  write(conversation, answer);
  return true;
}

/** Asks again from a message of the reader on, with other words. */
function edit(message, text) {
  if (!running.has(conversation.id)) {
    conversation.messages.length = conversation.messages.indexOf(message);
    send(text);
  }
}

/** Answers anew; what follows belonged to the other answer. */
function regenerate(answer) {
  if (!running.has(conversation.id)) {
    conversation.messages.length = conversation.messages.indexOf(answer) + 1;
    write(conversation, answer);
  }
}

function stop() {
  running.get(conversation.id)?.controller.abort();
}

// ---- What is kept -------------------------------------------------------------------------------------------------

async function keep(changed) {
  changed.changed = Date.now();
  heads = [changed, ...heads.filter((each) => each.id !== changed.id)].map(({id, title, changed: when}) =>
    ({id, title, changed: when}));
  showHistory();
  await trying(() => history.save(changed, key));
}

/** Does what the server may refuse, and tells the reader if it does. */
async function trying(action) {
  try {
    await action();
    return true;
  } catch (failure) {
    if (!(failure instanceof ApiError)) {
      throw failure;
    }
    notice(failure.status ? failure.message : say('connection'));
    return false;
  }
}

function open(chosen) {
  conversation = chosen;
  panels.close();
  show();
  toEnd();
  focusPrompt();
}

/** Opens the conversation of a line of the list. */
function openKept({id}) {
  opening = id;
  return trying(async () => {
    const here = id === conversation.id ? conversation : running.get(id)?.conversation;
    const chosen = here ?? await history.load(id, key);
    if (opening === id) {
      open(chosen);
    }
  });
}

function openNew() {
  opening = '';
  open(fresh());
}

function giveUp(id) {
  const under = running.get(id);
  running.delete(id);
  under?.controller.abort();
}

async function discard(chosen) {
  if (await sure(say('deleteSure', {title: chosen.title}))) {
    giveUp(chosen.id);
    if (await trying(() => history.remove(chosen.id, key))) {
      heads = heads.filter((each) => each.id !== chosen.id);
    }
    if (chosen.id === conversation.id) {
      conversation = fresh();
    }
    show();
  }
}

async function discardAll() {
  if (await sure(say('deleteAllSure'))) {
    [...running.keys()].forEach(giveUp);
    if (await trying(() => history.removeAll(key))) {
      heads = [];
    }
    openNew();
  }
}

/** Says that an answer is good or bad, or takes it back. */
function judge(answer, good) {
  const version = shownVersion(answer);
  const asked = conversation;
  version.id ??= newId();
  version.good = version.good === good ? undefined : good;
  views.get(answer).update();
  byId('status').textContent = say(version.good === undefined ? 'judgementWithdrawn' : 'judgementKept');
  keep(asked);
  return trying(() => version.good === undefined
    ? history.withdraw(version.id, key)
    : history.judge(version.id, {
      conversation: asked.id,
      messages: messagesBefore(asked, answer, version),
      answer: said(version),
      model: version.model,
      good: version.good,
    }, key));
}

function exportJudgements(form) {
  return trying(async () => download(`${form}.jsonl`, 'application/x-ndjson', await judgements(form, key)));
}

function saveSettings() {
  store.saveSettings(settings);
}

// ---- What is shown ------------------------------------------------------------------------------------------------

/** Shows the conversation; what is shown of it already stays as the reader has opened it. */
function show() {
  const before = new Map(views);
  views.clear();
  for (const message of conversation.messages) {
    const view = before.get(message) ?? viewOf(message);
    view.update();
    views.set(message, view);
  }
  byId('messages').replaceChildren(...[...views.values()].map((view) => view.element));
  byId('welcome').hidden = conversation.messages.length > 0;
  showState();
}

function viewOf(message) {
  const copy = (text) => copyText(text).then(() => { byId('status').textContent = say('copied'); });
  const view = message.role === 'user'
    ? userView(message, {copy, edit: (text) => edit(message, text)})
    : answerView(message, {
      copy,
      regenerate: () => regenerate(message),
      judge: history.isKept() ? (good) => judge(message, good) : undefined,
      show: (version) => {
        message.current = version;
        view.update();
        keep(conversation);
      },
    });
  return view;
}

function showState() {
  const busy = running.has(conversation.id);
  byId('send').hidden = busy;
  byId('stop').hidden = !busy;
  byId('title').value = conversation.title;
  byId('title').placeholder = say('untitled');
  document.title = conversation.title ? `${conversation.title} – Ouverture` : 'Ouverture';
  showHistory();
  showWhereEndIs();
}

let frame = 0;

/** Shows what has come of an answer, once for each picture that the screen can show. */
function showSoon(asked, answer) {
  if (asked === conversation && !frame) {
    frame = requestAnimationFrame(() => {
      frame = 0;
      const follows = isAtEnd();
      views.get(answer)?.update();
      if (follows) {
        toEnd();
      }
      showWhereEndIs();
    });
  }
}

function showHistory() {
  byId('conversations').replaceChildren(...heads.map((each) => {
    const chosen = each.id === conversation.id;
    const remove = signButton('close', say('deleteNamed', {title: each.title}), () => discard(each));
    return element('li', {className: chosen ? 'chosen' : ''},
      element('button', {type: 'button', onclick: () => openKept(each), ...(chosen && {'aria-current': 'true'})},
        each.title || say('untitled')),
      remove);
  }));
}

async function findHistory() {
  const search = byId('search').value.trim();
  await trying(async () => {
    const found = await history.list(search, key);
    if (search === byId('search').value.trim()) {
      heads = found;
      showHistory();
    }
  });
}

let resting = 0;

function findHistorySoon() {
  clearTimeout(resting);
  resting = setTimeout(findHistory, SEARCH_MILLIS);
}

/** What depends on whether the server keeps conversations. */
function showKeeping() {
  byId('kept').textContent = say(history.isKept() ? 'keptByServer' : 'keptByPage');
  byId('judged').hidden = !history.isKept();
}

function showReasoning() {
  const slider = byId('reasoning');
  const name = say(EFFORTS[slider.value]);
  byId('reasoning-name').textContent = name;
  slider.setAttribute('aria-valuetext', name);
}

function isAtEnd() {
  const {scrollHeight, scrollTop, clientHeight} = byId('scroller');
  return scrollHeight - scrollTop - clientHeight < 60;
}

/** Where there is a keyboard: elsewhere one would come up over the page. */
function focusPrompt() {
  if (matchMedia('(hover: hover)').matches) {
    byId('prompt').focus();
  }
}

function toEnd() {
  byId('scroller').scrollTop = byId('scroller').scrollHeight;
}

function showWhereEndIs() {
  byId('to-end').hidden = isAtEnd();
}

function askForKey() {
  const dialog = byId('key-dialog');
  if (dialog.open) {
    return;
  }
  byId('key').value = key;
  dialog.returnValue = '';
  dialog.showModal();
  dialog.onclose = () => {
    if (dialog.returnValue === 'ok') {
      key = byId('key').value.trim();
      store.saveKey(key);
      connect();
    }
  };
}

/** Asks the server what it has: models, and conversations. */
async function connect() {
  try {
    const there = await models(key);
    const chosen = there.some((model) => model.id === settings.model) ? settings.model : there[0]?.id;
    byId('model').replaceChildren(...there.map((model) =>
      element('option', {value: model.id, selected: model.id === chosen}, model.id)));
    notice(there.length === 0 ? say('noModels') : '');
    await history.find();
  } catch (failure) {
    if (failure.status === 401) {
      notice(say('keyTitle'), say('keyEnter'), askForKey);
      askForKey();
    } else {
      notice(failure.status ? failure.message : say('connection'), say('retry'), connect);
    }
    return;
  }
  showKeeping();
  views.clear(); // answers can be judged from now on, or no longer
  show();
  await findHistory();
  if (heads.length > 0 && conversation.messages.length === 0) {
    await openKept(heads[0]);
  }
}

// ---- What the reader does -----------------------------------------------------------------------------------------

function submit() {
  const field = byId('prompt');
  if (send(field.value)) {
    field.value = '';
  }
}

function listenToComposer() {
  byId('composer').onsubmit = (event) => {
    event.preventDefault();
    submit();
  };
  byId('prompt').onkeydown = (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' && byId('prompt').value === '') {
      const last = conversation.messages.findLast((message) => message.role === 'user');
      if (last && !running.has(conversation.id)) {
        event.preventDefault();
        views.get(last).edit();
      }
    }
  };
  byId('stop').onclick = stop;
  byId('attach').onclick = () => byId('files').click();
  byId('files').onchange = () => attach([...byId('files').files], byId('prompt'));
  byId('composer').ondragover = (event) => event.preventDefault();
  byId('composer').ondrop = (event) => {
    event.preventDefault();
    attach([...event.dataTransfer.files], byId('prompt'));
  };
  byId('model').onchange = () => {
    settings.model = byId('model').value;
    saveSettings();
  };
  byId('reasoning').oninput = () => {
    settings.reasoning = EFFORTS[byId('reasoning').value];
    saveSettings();
    showReasoning();
  };
}

function listenToSettings() {
  const form = byId('options');
  form.onsubmit = (event) => event.preventDefault();
  for (const name of ['system', 'stop', ...NUMBERS]) {
    const field = form.elements[name];
    field.value = settings[name] ?? '';
    field.oninput = () => {
      if (field.reportValidity()) {
        settings[name] = field.value;
        saveSettings();
      }
    };
  }
  byId('reset').onclick = () => {
    for (const name of ['stop', ...NUMBERS]) {
      form.elements[name].value = '';
      delete settings[name];
    }
    saveSettings();
  };
  byId('language').onchange = () => {
    settings.language = byId('language').value;
    saveSettings();
    speak();
  };
  byId('theme').onchange = () => {
    settings.theme = byId('theme').value;
    saveSettings();
    paint();
  };
  byId('key-open').onclick = askForKey;
  byId('delete-all').onclick = discardAll;
  byId('export-labels').onclick = () => exportJudgements('labels');
  byId('export-pairs').onclick = () => exportJudgements('pairs');
  byId('export-markdown').onclick = () =>
    download(fileName(conversation, 'md'), 'text/markdown', asMarkdown(conversation));
  byId('export-json').onclick = () => download(fileName(conversation, 'json'), 'application/json', asJson(conversation));
}

function listenToPage() {
  byId('new').onclick = openNew;
  byId('search').oninput = findHistorySoon;
  byId('title').onchange = () => {
    conversation.title = byId('title').value.trim();
    if (conversation.messages.length > 0) {
      keep(conversation);
    }
  };
  byId('scroller').onscroll = showWhereEndIs;
  byId('to-end').onclick = toEnd;
  byId('notice-close').onclick = () => notice('');
  for (const button of document.querySelectorAll('dialog .cancel')) {
    button.onclick = () => button.closest('dialog').close();
  }
  document.addEventListener('keydown', (event) => {
    const typing = event.target.closest('input, textarea, select, dialog');
    if (event.key === 'Escape' && !document.querySelector('dialog[open]') && !panels.close()) {
      stop();
    } else if (event.key === '/' && !typing) {
      event.preventDefault();
      byId('prompt').focus();
    }
  });
}

function speak() {
  const language = preferredLanguage(settings.language);
  setLanguage(language);
  byId('language').value = language;
  translate(document);
  views.clear(); // their words are another language's
  showReasoning();
  showKeeping();
  show();
}

function paint() {
  byId('theme').value = settings.theme ?? 'system';
  document.documentElement.dataset.theme = byId('theme').value;
}

async function begin() {
  const effort = EFFORTS.indexOf(settings.reasoning);
  byId('reasoning').value = effort < 0 ? EFFORTS.indexOf('auto') : effort;
  paint();
  listenToComposer();
  listenToSettings();
  listenToPage();
  speak();
  focusPrompt();
  await connect();
}

begin();
