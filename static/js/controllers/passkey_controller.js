// Makes or uses a passkey and sends the form with it. What to ask the device for comes from the page, or from an
// address where the page itself is nobody's yet.
//
// @example
// <form data-controller="passkey" data-passkey-options-value="request-options">
//   <input type="hidden" name="credential" data-passkey-target="credential">
//   <button type="button" data-action="passkey#use" data-passkey-target="button">Use a passkey</button>
//   <p hidden data-passkey-target="refused">No passkey was used.</p><p hidden data-passkey-target="unable">…</p></form>
import { Controller } from "stimulus"
import { able, create, get } from "lib/credentials"

export default class extends Controller {
  static targets = ["credential", "button", "alone", "refused", "unable"]
  static values = { options: String, ask: String, new: Boolean }

  connect() {
    this.buttonTarget.disabled = !able()
    this.unableTarget.hidden = able()
  }

  async use() {
    this.refusedTarget.hidden = true
    this.buttonTarget.disabled = true
    try {
      const options = await this.options()
      const credential = this.newValue ? await create(options, this.aloneTarget.checked) : await get(options)
      this.credentialTarget.value = JSON.stringify(credential)
      this.element.submit()
    } catch (error) {
      if (!(error instanceof DOMException || error instanceof TypeError)) throw error // refused, or no connection
      this.refusedTarget.hidden = false
      this.buttonTarget.disabled = false
    }
  }

  async options() {
    if (!this.hasAskValue) return JSON.parse(document.getElementById(this.optionsValue).textContent)
    const answer = await fetch(this.askValue, { headers: { Accept: "application/json" }, cache: "no-store" })
    if (!answer.ok) throw new TypeError(`HTTP ${answer.status}`)
    return (await answer.json()).request_options
  }
}
