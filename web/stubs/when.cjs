// Stands in for when.js: promises of the language, with the channel on which AutobahnJS tells progress.
exports.defer = function () {
  const deferred = Promise.withResolvers?.() ?? withResolvers()
  const listeners = []
  deferred.promise.onProgress = listener => { listeners.push(listener); return deferred.promise }
  deferred.notify = value => listeners.forEach(listener => listener(value))
  return deferred
}

function withResolvers() {
  const deferred = {}
  deferred.promise = new Promise((resolve, reject) => Object.assign(deferred, { resolve, reject }))
  return deferred
}
