// @ts-check
// What a device is, in words, from what its browser calls itself.

const BROWSERS = /** @type {[RegExp, string][]} */ ([
  [/\bEdgA?\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\bChromium\//, 'Chromium'], [/\b(Chrome|CriOS|HeadlessChrome)\//, 'Chrome'], [/\bVersion\/.* Safari\//, 'Safari'],
])
const SYSTEMS = /** @type {[RegExp, string][]} */ ([
  [/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bAndroid\b/, 'Android'], [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'], [/\bMac OS X\b|\bMacintosh\b/, 'Mac'], [/\bLinux\b|\bX11\b/, 'Linux'],
])

/** @param {string} agent */
export const deviceName = agent => {
  const [browser, system] = [BROWSERS, SYSTEMS].map(names => names.find(([pattern]) => pattern.test(agent))?.[1])
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? (agent.split(/[\s/]/)[0].slice(0, 40) || 'Unknown device')
}
