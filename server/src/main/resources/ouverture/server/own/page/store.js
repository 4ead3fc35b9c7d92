// Conversations in the browser's database, settings in its local storage. Where the browser keeps nothing (some private
// windows), both live as long as the page.

const STORE = 'conversations';
const SETTINGS = 'ouverture.settings';
const KEY = 'ouverture.key';
const forgetful = new Map();

const database = new Promise((resolve) => {
  try {
    const request = indexedDB.open('ouverture', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, {keyPath: 'id'});
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  } catch {
    resolve(null);
  }
});

async function run(mode, action, instead) {
  const opened = await database;
  if (!opened) {
    return instead();
  }
  return new Promise((resolve, reject) => {
    const transaction = opened.transaction(STORE, mode);
    const request = action(transaction.objectStore(STORE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** All conversations, the one that changed last first. */
export async function conversations() {
  const all = await run('readonly', (store) => store.getAll(), () => [...forgetful.values()]);
  return all.sort((one, other) => other.changed - one.changed);
}

export function save(conversation) {
  return run('readwrite', (store) => store.put(conversation), () => forgetful.set(conversation.id, conversation));
}

export function remove(id) {
  return run('readwrite', (store) => store.delete(id), () => forgetful.delete(id));
}

export function removeAll() {
  return run('readwrite', (store) => store.clear(), () => forgetful.clear());
}

export function settings() {
  try {
    return JSON.parse(localStorage.getItem(SETTINGS)) ?? {};
  } catch {
    return {};
  }
}

export function saveSettings(values) {
  keep(() => localStorage.setItem(SETTINGS, JSON.stringify(values)));
}

/** The API key, which ends with the tab. */
export function key() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

export function saveKey(value) {
  keep(() => sessionStorage.setItem(KEY, value));
}

function keep(action) {
  try {
    action();
  } catch {
    // A browser that keeps nothing is no reason to stop.
  }
}
