// The "Reconnecting…" bar: shown when a stream has been away for a moment, gone when all are back.
//
// @example
// <p class="offline" hidden data-controller="connection" role="status"
//    data-action="live:lost@window->connection#lost live:open@window->connection#open
//    offline@window->connection#down online@window->connection#up">Reconnecting…</p>
import { Controller } from "stimulus"

const PATIENCE = 1_000

export default class extends Controller {
  away = new Set()

  lost({ detail: { stream } }) {
    this.away.add(stream)
    this.timer ??= setTimeout(() => this.show(), PATIENCE)
  }

  down() {
    this.lost({ detail: { stream: "network" } })
  }

  up() {
    this.open({ detail: { stream: "network" } })
  }

  open({ detail: { stream } }) {
    this.away.delete(stream)
    this.show()
  }

  show() {
    if (!this.away.size) {
      clearTimeout(this.timer)
      this.timer = null
    }
    this.element.hidden = !this.away.size
  }

  disconnect() {
    clearTimeout(this.timer)
  }
}
