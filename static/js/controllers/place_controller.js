// The country settles language, time zone and currency; at the first look the browser's own time zone says the country.
//
// @example
// <form data-controller="place" data-place-usual-value="usual-places" data-place-guess-value="true">
//   <select data-action="place#settle" data-place-target="country">…</select> <select data-place-target="zone">…</select>
import { Controller } from "stimulus"

export default class extends Controller {
  static targets = ["country", "language", "zone", "currency"]
  static values = { usual: String, guess: Boolean }

  connect() {
    this.usual = JSON.parse(document.getElementById(this.usualValue).textContent)
    if (this.guessValue) this.guess(Intl.DateTimeFormat().resolvedOptions().timeZone ?? "")
  }

  /** Browsers call some zones by older names, so the city alone decides. */
  guess(zone) {
    const city = zone.split("/").pop()
    const option = [...this.zoneTarget.options].find((one) => one.value === zone || one.value.endsWith(`/${city}`))
    const country = option && this.countryOf(option)
    if (!country) return
    this.countryTarget.value = country
    this.settle()
    this.zoneTarget.value = option.value
  }

  /** Zones are grouped under the country's name. */
  countryOf(option) {
    const name = option.closest("optgroup")?.label
    return [...this.countryTarget.options].find((one) => one.label === name)?.value
  }

  settle() {
    const place = this.usual[this.countryTarget.value]
    this.languageTarget.value = place.language
    this.zoneTarget.value = place.time_zone
    this.currencyTarget.value = place.currency
  }
}
