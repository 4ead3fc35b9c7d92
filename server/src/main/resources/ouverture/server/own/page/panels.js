// The panels at both sides: conversations and settings. On a narrow screen one lies over the page, and what is behind
// it cannot be reached; on a wide one they stand beside it.

import {byId} from './dom.js';

/** Makes the panels' buttons work. `close()` closes what lies over the page, and says whether anything did. */
export function openPanels() {
  const narrow = matchMedia('(max-width: 900px)');
  const panels = ['history', 'settings'].map((name) => ({
    drawer: byId(name),
    opener: byId(`${name}-open`),
    closer: byId(`${name}-close`),
  }));
  const main = document.querySelector('main');

  function set(panel, open) {
    panel.drawer.classList.toggle('open', open);
    panel.opener.setAttribute('aria-expanded', String(open));
    const over = narrow.matches && panels.some((each) => each.drawer.classList.contains('open'));
    byId('backdrop').hidden = !over;
    main.inert = over;
  }

  function toggle(panel) {
    const open = !panel.drawer.classList.contains('open');
    set(panel, open);
    (open ? panel.closer : panel.opener).focus();
  }

  function close() {
    const opened = narrow.matches ? panels.filter((panel) => panel.drawer.classList.contains('open')) : [];
    opened.forEach((panel) => {
      set(panel, false);
      panel.opener.focus();
    });
    return opened.length > 0;
  }

  function arrange() {
    panels.forEach((panel) => set(panel, !narrow.matches && panel.drawer.id === 'history'));
  }

  for (const panel of panels) {
    panel.opener.onclick = () => toggle(panel);
    panel.closer.onclick = () => toggle(panel);
  }
  byId('backdrop').onclick = close;
  narrow.onchange = arrange;
  arrange();
  return {close};
}
