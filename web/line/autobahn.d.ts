// AutobahnJS has no types of its own; only connection.js imports it, and makes typed things of what it gets.
declare module 'autobahn' {
  const autobahn: any
  export default autobahn
}
