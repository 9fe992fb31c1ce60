// What the customer does with the phone: forms sent in place, menus, the composer.
import { refresh, toBottom } from "/static/live.js";

const chat = document.querySelector("[data-chat]");
const composer = document.querySelector("[data-composer]");

async function submit(form, button) {
  const data = new FormData(form, button);
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body: data, redirect: "manual" });
  if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(await answer.text());
}

function answering(title, said) {
  const bar = composer.querySelector("[data-answering]");
  bar.hidden = !title;
  bar.querySelector("b").textContent = title ?? "";
  bar.querySelector("span").textContent = said ?? "";
  composer.elements.text.focus();
}

function plain() {
  composer.elements.reply_to.value = composer.elements.message.value = "";
  composer.setAttribute("action", `${chat.dataset.chat}/messages`);
  answering(null);
}

function choose(button) {
  plain();
  if (button.dataset.edit) {
    composer.setAttribute("action", `${chat.dataset.chat}/edits`);
    composer.elements.message.value = button.dataset.edit;
    composer.elements.text.value = button.dataset.said;
    answering("Edit message", button.dataset.said);
  } else {
    composer.elements.reply_to.value = button.dataset.answer;
    answering(button.dataset.who, button.dataset.said);
  }
}

const closeMenus = () => document.querySelectorAll(".acts[open], .attach[open]").forEach((menu) => { menu.open = false; });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer], [data-edit]");
  if (button) choose(button);
  if (event.target.closest("[data-cancel]")) { composer.elements.text.value = ""; plain(); }
  if (button || !event.target.closest("details")) closeMenus();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details[open]:not(.add)");
  if (open) { open.open = false; open.querySelector("summary").focus(); } else if (composer) plain();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-live], [data-composer]")) return;
  event.preventDefault();
  const isText = form === composer && event.submitter?.name !== "kind";
  if (isText && !composer.elements.text.value.trim()) return;
  const kept = composer.elements.text.value;
  const sending = submit(form, event.submitter);
  if (form === composer) { composer.elements.text.value = ""; grow(); plain(); }
  closeMenus();
  try {
    await sending;
  } catch (error) {
    if (form === composer) composer.elements.text.value = kept;
    answering("Not sent", String(error.message).slice(0, 200));
  }
  await refresh();
  if (form === composer) toBottom();
});

function grow() {
  const field = composer.elements.text;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
}

if (chat) {
  composer.elements.text.addEventListener("input", grow);
  composer.elements.text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    composer.requestSubmit(composer.querySelector(".send"));
  });
}
