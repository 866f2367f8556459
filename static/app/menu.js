// Escape closes an open menu, or the list of collectivités one may act for, and gives the focus back to its button; each is a
// <details> and needs no script.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const toggle = document.querySelector(".whoami-switch[open], .menu-toggle[open]");
  if (!toggle) return;
  toggle.open = false;
  toggle.querySelector("summary").focus();
});
