// What was typed and not sent, per workspace and conversation, on this machine only; forgotten after thirty days.
const KEEP = 30 * 24 * 3600_000
const prefix = () => `draft:${document.querySelector('meta[name="workspace"]')?.content}:`

export function read(conversation) {
  try {
    const { text, at } = JSON.parse(localStorage.getItem(prefix() + conversation)) ?? {}
    return text && Date.now() - at < KEEP ? text : ""
  } catch {
    return "" // storage is full, switched off or holds something else: a draft is a convenience
  }
}

export function write(conversation, text) {
  try {
    if (text.trim()) localStorage.setItem(prefix() + conversation, JSON.stringify({ text, at: Date.now() }))
    else localStorage.removeItem(prefix() + conversation)
  } catch {
    return // as above: the text itself is still in its field
  }
  window.dispatchEvent(new CustomEvent("draft:changed", { detail: { conversation: String(conversation) } }))
}
