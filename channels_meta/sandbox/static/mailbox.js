// New mail shows up in the list by itself.
const list = document.querySelector("[data-mails]");
async function refresh() {
  try {
    const answer = await fetch(list.dataset.mails);
    if (answer.ok) list.innerHTML = await answer.text();
  } catch (error) {
    console.warn("the sandbox is away", error); // EventSource comes back by itself and nudges again
  }
}
new EventSource("/live").addEventListener("message", refresh);
