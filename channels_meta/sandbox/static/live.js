// Redraws what the page shows whenever the sandbox says that something changed.
const list = document.querySelector("[data-list]");
const chat = document.querySelector("[data-chat]");
const thread = document.querySelector("[data-thread]");
const drawn = new Map();

const nearBottom = () => thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
export const toBottom = () => { thread.scrollTop = thread.scrollHeight; };
// An open menu, or a control in use, must not be swapped away under the finger.
const busy = (place) => place.querySelector("details[open]") !== null;

async function draw(place, address) {
  const answer = await fetch(address);
  if (!answer.ok || busy(place)) return false;
  const html = await answer.text();
  if (drawn.get(place) === html) return false;
  drawn.set(place, html);
  place.innerHTML = html;
  return true;
}

async function refreshThread() {
  const follow = nearBottom();
  if (await draw(thread, `${chat.dataset.chat}/thread`) && follow) toBottom();
  const typing = thread.querySelector("[data-typing-until]");
  if (typing) setTimeout(refresh, Math.max(500, Number(typing.dataset.typingUntil) - Date.now() + 200));
  const unread = Number(thread.querySelector("[data-unread]")?.dataset.unread ?? 0);
  if (unread > 0 && document.visibilityState === "visible") {
    await fetch(`${chat.dataset.chat}/opened`, { method: "POST" });
  }
}

let running = false;
let again = false;
export async function refresh() {
  again = running;
  if (running) return;
  running = true;
  try {
    await Promise.all([draw(list, list.dataset.list), chat ? refreshThread() : null]);
  } catch (error) {
    console.warn("the sandbox is away", error); // EventSource comes back by itself and nudges again
  }
  running = false;
  if (again) await refresh();
}

if (chat) {
  toBottom();
  document.addEventListener("visibilitychange", refresh);
  // What came while a menu was open shows when it closes; `toggle` does not bubble.
  thread.addEventListener("toggle", (event) => { if (!event.target.open) refresh(); }, true);
}
new EventSource("/live").addEventListener("message", refresh);
