// Escape closes an open menu and gives the focus back to its button; the menu itself is a <details> and needs no script.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const toggle = document.querySelector(".menu-toggle[open]");
  if (!toggle) return;
  toggle.open = false;
  toggle.querySelector("summary").focus();
});
