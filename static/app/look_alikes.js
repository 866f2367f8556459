// Shows, under a form, what looks like the text being written, some seconds after the last keystroke:
//   <div data-look-alikes="address" data-type="besoin">…<div data-found></div><p role="status" data-said></p></div> inside the form.
// The text goes in the body of a POST, never in an address. Without this script, the button in the same place does it.

const PAUSE = 4000;
const ENOUGH = 20;
const TEXTS = ["title", "situation", "effects"];

function follow(place) {
  const form = place.closest("form");
  const found = place.querySelector("[data-found]");
  const said = place.querySelector("[data-said]");
  const button = place.querySelector("button");
  let timer;
  let last = typed();
  let asking;

  function typed() {
    return TEXTS.map((name) => form.elements[name]?.value.trim() ?? "").join("\n");
  }

  async function ask() {
    const now = typed();
    if (now === last || now.length < ENOUGH) return;
    last = now;
    asking?.abort();
    asking = new AbortController();
    const data = new URLSearchParams({ type: place.dataset.type });
    for (const name of ["csrf_token", ...TEXTS]) data.set(name, form.elements[name]?.value ?? "");
    try {
      const answer = await fetch(place.dataset.lookAlikes, {
        method: "POST", body: data, headers: { Accept: "application/json" }, signal: asking.signal,
      });
      if (!answer.ok) return;
      const told = await answer.json();
      if (found.contains(document.activeElement)) return; // someone reads the former ones: they stay
      found.innerHTML = told.html;
      if (said.textContent !== told.said) said.textContent = told.said;
    } catch {
      // another question was asked meanwhile, or the network is away: it is only a suggestion
    }
  }

  if (button) button.hidden = true;
  form.addEventListener("input", (event) => {
    if (!TEXTS.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
}

document.querySelectorAll("[data-look-alikes]").forEach(follow);
