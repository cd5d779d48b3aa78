// @ts-check
// The pictures on buttons: 20 × 20, one line width, in the colour of the text. The words beside them say what they mean.
import { html } from './html.js'

/** @param {string} path */
const icon = path => () => html`<svg class="icon" viewBox="0 0 20 20" aria-hidden="true"><path d=${path} /></svg>`

export const Again = icon('M16 10a6 6 0 1 1-1.8-4.3M16.5 3v4h-4')
export const Back = icon('M12.5 4.5 7 10l5.5 5.5')
export const Bell = icon('M4.5 14h11c-1-1.2-1.5-2.3-1.5-5a4 4 0 0 0-8 0c0 2.7-.5 3.8-1.5 5zM8.3 16.5a1.8 1.8 0 0 0 3.4 0M10 5V3.5')
export const BellOff = icon('M3.5 3.5l13 13M6.3 7.5A6 6 0 0 0 6 9c0 2.7-.5 3.8-1.5 5h9M8 5.5A4 4 0 0 1 14 9c0 .9.1 1.7.2 2.3M8.3 16.5a1.8 1.8 0 0 0 3.4 0')
export const Check = icon('m4 10.5 4 4 8-9')
export const Clip = icon('M15.5 9.5 9.8 15.2a3.6 3.6 0 0 1-5.1-5.1l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4l-6.1 6.1a1.2 1.2 0 0 1-1.7-1.7l5.5-5.5')
export const Close = icon('m5 5 10 10M15 5 5 15')
export const Copy = icon('M7 7V3.5h9.5V13H13M3.5 7H13v9.5H3.5z')
export const Device = icon('M3 4.5h14v9H3zM7.5 16.5h5M10 13.5v3')
export const Edit = icon('m12.5 4.5 3 3L7 16l-3.8.8L4 13z')
export const Eye = icon('M2 10s2.9-5 8-5 8 5 8 5-2.9 5-8 5-8-5-8-5zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z')
export const EyeOff = icon('M3.5 3.5l13 13M8 5.2A9 9 0 0 1 10 5c5.1 0 8 5 8 5a14 14 0 0 1-2.6 3.1M5 6.7A13.6 13.6 0 0 0 2 10s2.9 5 8 5c1.4 0 2.6-.4 3.7-1M8.4 8.5a2.2 2.2 0 0 0 3.1 3.1')
export const Install = icon('M10 3v9M6.3 8.5 10 12.2l3.7-3.7M4 13.5v3h12v-3')
export const Jump = icon('M4 10h11M10.5 5.5 15 10l-4.5 4.5')
export const Leave = icon('M8 3.5H4v13h4M8.5 10h8M13 6.5l3.5 3.5-3.5 3.5')
export const Link = icon('M8.5 11.5a3 3 0 0 0 4.3 0l2.8-2.8a3 3 0 0 0-4.3-4.3l-1 1M11.5 8.5a3 3 0 0 0-4.3 0l-2.8 2.8a3 3 0 0 0 4.3 4.3l1-1')
export const Flag = icon('M5 17V3.5h9.5l-2 3.5 2 3.5H5')
export const Lock = icon('M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9')
export const Moon = icon('M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8z')
export const People = icon('M7.5 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 16.5c.3-3 2.4-4.7 5.5-4.7s5.2 1.7 5.5 4.7M13 3.7a3 3 0 0 1 0 5.6M15.2 12.3c1.7.7 2.6 2.1 2.8 4.2')
export const Pin = icon('M7 3.5h6M8 3.5v5L5.5 11v1.5h9V11L12 8.5v-5M10 12.5v4.5')
export const Plug = icon('M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3')
export const Plus = icon('M10 4v12M4 10h12')
export const Reply = icon('M8 5 3.5 9.5 8 14M4 9.5h7.5c3 0 5 1.8 5 5v1')
export const Search = icon('M8.8 14.5a5.7 5.7 0 1 0 0-11.4 5.7 5.7 0 0 0 0 11.4zM13 13l4 4')
export const Send = icon('M10 16.5v-13M4.5 9 10 3.5 15.5 9')
export const SignOut = Leave
export const Smile = icon('M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.5 8h0M12.5 8h0M6.8 11.5c1.5 2.6 4.9 2.6 6.4 0')
export const Status = icon('M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.5 8.2v.1M12.5 8.2v.1M7 12c.8 1 1.8 1.5 3 1.5s2.2-.5 3-1.5')
export const Sound = icon('M3.5 8v4h3l4 3.5v-11L6.5 8zM13.5 7.3a4 4 0 0 1 0 5.4M15.6 5a7 7 0 0 1 0 10')
export const Star = icon('m10 3 2.1 4.5 4.9.6-3.6 3.4.9 4.9-4.3-2.4-4.3 2.4.9-4.9L3 8.1l4.9-.6z')
export const Sun = icon('M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM10 2v1.8M10 16.2V18M2 10h1.8M16.2 10H18M4.3 4.3l1.3 1.3M14.4 14.4l1.3 1.3M4.3 15.7l1.3-1.3M14.4 5.6l1.3-1.3')
export const Thread = icon('M3.5 4h13v9.5H9L5.5 16.5v-3h-2zM6.5 7.3h7M6.5 10.3h4.5')
export const Trash = icon('M3.5 5.5h13M8 5.5v-2h4v2M5 5.5l.8 11h8.4l.8-11M8.3 8.5l.3 5M11.7 8.5l-.3 5')
export const Keys = icon('M2.5 5h15v10h-15zM5.5 8h0M8.5 8h0M11.5 8h0M14.5 8h0M6.5 12h7')
export const Info = icon('M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15zM10 9v4.5M10 6.2v.2')
export const Settings = icon('M3 6h8M15 6h2M3 14h2M9 14h8M13 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM7 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4z')
export const Shield = icon('M10 2.8 16 5v4.5c0 3.6-2.4 6.3-6 7.7-3.6-1.4-6-4.1-6-7.7V5z')
export const Person = icon('M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c0-3 2.7-5 6-5s6 2 6 5')
export const Down = icon('M10 4v12M5 11l5 5 5-5')

/** The mark of Openline, as in logo.svg. */
export const Logo = () => html`<svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
  <rect width="32" height="32" rx="9" class="logo-ground" />
  <path class="logo-line" d="M5.5 16h4.7M21.8 16h4.7M16 21.8a5.8 5.8 0 1 0 0-11.6 5.8 5.8 0 0 0 0 11.6z" />
</svg>`
