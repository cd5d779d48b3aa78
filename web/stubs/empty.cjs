// Stands in for what AutobahnJS loads and pages have no use for.
module.exports = function () { return {} }
