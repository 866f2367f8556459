// Keeps what is being written, some seconds after the last keystroke: <p data-draft role="status"> inside the form, which says so.
// The server answers { said, url, revision }: from then on the form is that draft's, whatever it sends. Without this script, a button
// of the form does the same.

const PAUSE = 3000;
const RETRY = 30000;
const AWAY = "Le site ne répond pas : ce texte n’est pas enregistré. Nouvel essai dans trente secondes.";
const BUSY = "Trop d’envois à la fois : ce texte n’est pas encore enregistré. Nouvel essai dans trente secondes.";
const REFUSED = "Ce texte n’est pas enregistré, sans doute parce que vous n’êtes plus connecté. Copiez-le, puis reconnectez-vous.";

function keep(line) {
  const form = line.closest("form");
  const badge = document.querySelector("[data-draft-badge]");
  let timer;
  let running;
  let stopped = false;
  let last = written();

  function written() {
    const data = new URLSearchParams(new FormData(form));
    for (const name of ["revision", "csrf_token"]) data.delete(name);
    return data.toString();
  }

  function save() {
    clearTimeout(timer);
    if (!stopped && written() !== last) running ??= send().finally(() => { running = undefined; });
  }

  async function send() {
    const now = written();
    const data = new URLSearchParams(new FormData(form));
    data.set("act", "brouillon");
    let pause = PAUSE;
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const told = (answer.headers.get("Content-Type") ?? "").includes("json") ? await answer.json() : {};
      if (answer.ok) {
        last = now;
        if (told.url) adopt(told);
        line.textContent = told.said;
      } else {
        const busy = answer.status === 429;
        stopped = answer.status < 500 && !busy;
        line.textContent = told.said ?? (busy ? BUSY : stopped ? REFUSED : AWAY);
        pause = RETRY;
      }
    } catch {
      line.textContent = AWAY;
      pause = RETRY;
    }
    if (!stopped && written() !== last) timer = setTimeout(save, pause);
  }

  function adopt({ url, revision }) {
    form.action = url;
    form.elements.revision.value = revision;
    history.replaceState(history.state, "", url);
    if (badge) badge.hidden = false;
  }

  for (const event of ["input", "change"]) {
    form.addEventListener(event, () => {
      clearTimeout(timer);
      timer = setTimeout(save, PAUSE);
    });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    stopped = true;
    if (!running) return;
    event.preventDefault(); // what is being kept says which revision this sending follows
    const { submitter } = event;
    running.then(() => form.requestSubmit(submitter));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) stopped = false;
  });
}

document.querySelectorAll("[data-draft]").forEach(keep);
