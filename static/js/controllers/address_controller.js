// A workspace's address: proposed out of its name until somebody types one, and looked up while they type.
//
// @example
// <form data-controller="address" data-address-ask-value="/workspaces/address/">
//   <input data-action="address#suggest" data-address-target="name">
//   <input data-action="input->address#check" data-address-target="slug">
//   <div role="status" data-address-target="said"></div><template data-address-target="free">It is free.</template></form>
import { Controller } from "stimulus"

const PAUSE = 250

export default class extends Controller {
  static targets = ["name", "slug", "said", "free"]
  static values = { ask: String }

  connect() {
    this.own = this.slugTarget.value !== ""
  }

  suggest() {
    if (!this.own) this.later({ name: this.nameTarget.value })
  }

  check() {
    this.own = this.slugTarget.value !== ""
    this.slugTarget.value = this.slugTarget.value.toLowerCase().replaceAll(" ", "-")
    this.later({ slug: this.slugTarget.value })
  }

  later(question) {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.ask(question), PAUSE)
  }

  async ask(question) {
    const asked = (this.asked = Symbol("question"))
    const answer = await fetch(`${this.askValue}?${new URLSearchParams(question)}`).catch(() => null) // the form itself is judged when sent
    if (!answer?.ok) return
    const { slug, trouble } = await answer.json()
    if (asked !== this.asked) return // somebody typed on
    if ("name" in question && !this.own) this.slugTarget.value = slug
    this.say(slug, trouble)
  }

  say(slug, trouble) {
    this.slugTarget.setAttribute("aria-invalid", String(Boolean(trouble)))
    this.saidTarget.replaceChildren()
    if (trouble) {
      const words = Object.assign(document.createElement("p"), { className: "errors", textContent: trouble })
      this.saidTarget.append(words)
    } else if (slug) this.saidTarget.append(this.freeTarget.content.cloneNode(true))
  }
}
