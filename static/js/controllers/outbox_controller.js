// Sends: shows the message at once under an id made here, posts it in order, and lets the server's drawing take the
// place of its own. What fails keeps its text, says why, and can be sent again under the same id, which sends once.
//
// @example
// <div data-controller="outbox" data-outbox-url-value="…/messages/" data-outbox-thread-outlet="#conversation"
//      data-action="composer:send->outbox#send live:open@window->outbox#resume">
//   <template data-outbox-target="draft"><article class="message out">…</article></template>
//   <template data-outbox-target="why">…</template></div>
import { Controller } from "stimulus"
import { Refused, request, toast } from "lib/http"
import { parse } from "lib/fragments"
import { fill } from "lib/times"
import { read, write } from "lib/drafts"

export default class extends Controller {
  static targets = ["draft", "note", "why"]
  static values = { url: String, notes: String, id: String }
  static outlets = ["thread"]

  held = new Map()
  line = Promise.resolve()

  send({ detail }) {
    const message = this.draw(detail)
    this.held.set(message.id, { ...detail, message })
    this.threadOutlet.show(message)
    this.post(message.id)
  }

  post(id) {
    this.line = this.line.then(() => this.deliver(this.held.get(id)))
  }

  async deliver({ message, text, clientId, quoted, isNote }) {
    this.state(message, isNote ? "" : "queued")
    try {
      const form = { client_id: clientId, text, reply_to: quoted?.id ?? "" }
      const { html } = await request(isNote ? this.notesValue : this.urlValue, { method: "POST", form })
      this.held.delete(message.id)
      if (message.isConnected) this.threadOutlet.receive(parse(html))
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused
      this.fail(message, refused)
    }
  }

  fail(message, { status, html }) {
    const { text, isNote } = this.held.get(message.id)
    const draft = isNote ? `${this.idValue}:note` : this.idValue
    if (!message.isConnected) return write(draft, [text, read(draft)].filter(Boolean).join("\n"))
    const refusal = status === 422 ? parse(html).querySelector("[data-code]") : null
    message.dataset.lost = String(status)
    this.state(message, "failed", refusal?.textContent.trim())
    if (refusal) this.threadOutlet.dispatch("stale")
  }

  /** The line is back: what only the connection had stopped goes out by itself. */
  resume() {
    for (const [id, { message }] of this.held) if (message.dataset.lost === "0") this.post(id)
  }

  async retry({ target }) {
    const message = target.closest(".message")
    if (this.held.has(message.id)) return this.post(message.id)
    target.disabled = true
    try {
      const { html } = await request(target.dataset.url, { method: "POST" })
      this.threadOutlet.receive(parse(html))
    } catch {
      target.disabled = false
      toast("failed")
    }
  }

  edit({ target }) {
    const message = target.closest(".message")
    const { text, isNote } = this.held.get(message.id) ?? { text: message.querySelector(".body").textContent }
    if (this.held.delete(message.id)) message.remove()
    this.dispatch("returned", { detail: { text, isNote } })
  }

  draw({ text, clientId, quoted, isNote }) {
    const template = isNote ? this.noteTarget : this.draftTarget
    const message = template.content.firstElementChild.cloneNode(true)
    const now = Math.max(Date.now(), Date.parse(this.threadOutlet.newest ?? 0) + 1 || 0)
    message.id = `message-${clientId}`
    message.dataset.at = new Date(now).toISOString().replace("Z", "000+00:00")
    message.dataset.author = document.body.dataset.member
    message.querySelector("time").dateTime = message.dataset.at
    message.querySelector(".body").textContent = text
    const quote = message.querySelector(".quote")
    if (!quoted) quote?.remove()
    else [quote.querySelector("strong").textContent, quote.querySelector(".words").textContent] = [quoted.name, quoted.words]
    fill(message)
    return message
  }

  state(message, state, words) {
    message.dataset.state = state
    message.classList.toggle("failed", state === "failed")
    message.querySelector(".why")?.remove()
    if (state !== "failed") return delete message.dataset.lost
    const why = this.whyTarget.content.firstElementChild.cloneNode(true)
    const said = why.querySelector("[data-words]")
    if (words || message.dataset.lost !== "0") said.textContent = words || said.dataset.words
    message.append(why)
  }
}
