// The triage desk by keyboard, and who has which file open. Without this script every act is there, under its name; presence is
// then not told, and a decision taken meanwhile by somebody else is still refused by the server.

const EVERY = 30_000;
const SWITCH = "raccourcis-du-bureau";

const help = document.querySelector("[data-keys]");
const switched = document.querySelector("[data-keys-on]");

function remembered() {
  try { return localStorage.getItem(SWITCH) !== "non"; } catch { return true; }
}

function titles() {
  return [...document.querySelectorAll(".desk-queue .item-title a")];
}

function move(step) {
  const links = titles();
  if (!links.length) return;
  const here = links.indexOf(document.activeElement);
  const opened = links.findIndex((link) => link.hasAttribute("aria-current"));
  const from = here >= 0 ? here : opened;
  const to = from < 0 ? 0 : Math.min(Math.max(from + step, 0), links.length - 1);
  links[to].focus();
}

function open() {
  const links = titles();
  const chosen = links.includes(document.activeElement) ? document.activeElement : links[0];
  if (chosen) chosen.click();
}

function unfold(part) {
  if (part.tagName === "DETAILS") part.open = true;
  const field = part.querySelector("select, textarea, input:not([type=hidden])");
  if (field) field.focus();
}

function press(event) {
  const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.key === "Escape" && typing) { typing.blur(); return; }
  if (typing || event.ctrlKey || event.metaKey || event.altKey || !switched.checked) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "o") open();
  else if (event.key === "?") { help.open = !help.open; if (help.open) help.querySelector("summary").focus(); }
  else {
    const part = /^[a-z]$/.test(event.key) && document.querySelector(`[data-key="${event.key}"]`);
    if (!part) return;
    unfold(part);
  }
  event.preventDefault();
}

if (help && switched) {
  help.hidden = false;
  switched.checked = remembered();
  switched.addEventListener("change", () => {
    try { localStorage.setItem(SWITCH, switched.checked ? "oui" : "non"); } catch { /* not remembered, then */ }
  });
  document.addEventListener("keydown", press);
}

const presence = document.querySelector("[data-presence]");

function say() {
  if (document.visibilityState !== "visible") return;
  fetch(presence.action, { method: "POST", body: new URLSearchParams(new FormData(presence)), redirect: "manual" }).catch(() => {});
}

if (presence) {
  say();
  setInterval(say, EVERY);
}
