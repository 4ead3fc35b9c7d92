// Settings in the browser's local storage, the key for as long as the tab is open.

const SETTINGS = 'ouverture.settings';
const KEY = 'ouverture.key';

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
