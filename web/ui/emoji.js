// @ts-check
// The emoji that one can pick, in the order in which they are shown, each with the words by which it is found.

const ALL = `
👍 thumbs up yes good like ok|👎 thumbs down no bad|❤️ heart love red|🎉 party popper tada celebrate congratulations|😂 tears of joy laugh lol|🙏 folded hands thanks please pray|👀 eyes look see|🚀 rocket ship launch
✅ check mark done yes|❌ cross no wrong|🔥 fire hot lit|💯 hundred points perfect|👏 clapping hands applause bravo|🙌 raising hands hooray|💪 flexed biceps strong muscle|🤝 handshake deal agree
😀 grinning face happy smile|😃 grinning big eyes happy|😄 grinning smiling eyes happy|😁 beaming grin|😆 squinting laugh|😅 sweat smile relief|🤣 rolling on the floor laughing rofl|🙂 slightly smiling
🙃 upside down silly|😉 winking wink|😊 smiling blush|😇 halo angel innocent|🥰 smiling hearts love|😍 heart eyes love|🤩 star struck wow|😘 blowing a kiss
😋 savoring yum tasty|😛 tongue out|😜 winking tongue crazy|🤪 zany crazy|🤨 raised eyebrow doubt|🧐 monocle inspect|🤓 nerd glasses|😎 sunglasses cool
🥳 partying face birthday|😏 smirking|😒 unamused|😞 disappointed sad|😔 pensive sad|😟 worried|😕 confused|🙁 frowning sad
😣 persevering|😖 confounded|😫 tired|😩 weary|🥺 pleading puppy eyes|😢 crying sad tear|😭 loudly crying sob|😤 steam huff
😠 angry mad|😡 enraged red angry|🤬 swearing|🤯 exploding head mind blown|😳 flushed embarrassed|🥵 hot face|🥶 cold face freezing|😱 screaming fear
😨 fearful|😰 anxious sweat|😥 sad relieved|😓 downcast sweat|🤗 hugging hug|🤔 thinking hmm|🤭 hand over mouth oops|🤫 shushing quiet secret
🤥 lying|😶 no mouth silent|😐 neutral|😑 expressionless|😬 grimacing awkward|🙄 rolling eyes|😯 hushed|😮 open mouth surprised wow
😴 sleeping zzz|🤤 drooling|😵 dizzy|🤐 zipper mouth|🤢 nauseated sick|🤧 sneezing|😷 mask ill|🤒 thermometer ill
🤕 bandage hurt|🤠 cowboy|😈 smiling devil|👻 ghost boo|💀 skull dead|👽 alien|🤖 robot bot|💩 pile of poo
👋 waving hand hello bye|✋ raised hand stop|👌 ok hand|✌️ victory peace|🤞 crossed fingers luck|🤘 horns rock|👉 pointing right|👈 pointing left
👆 pointing up|👇 pointing down|☝️ index up one|✊ raised fist|👊 fist bump|🤷 shrug dunno|🤦 facepalm|🫡 salute
🙋 raising hand me question|🙇 bowing sorry|🧑‍💻 technologist coder computer|🏃 running|💃 dancing|🧠 brain smart|👑 crown king queen|💎 gem diamond
🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|💔 broken heart|✨ sparkles shiny new
⭐ star|🌟 glowing star|⚡ lightning zap fast|☀️ sun sunny|🌈 rainbow|☁️ cloud|🌧️ rain|❄️ snowflake cold
🐛 bug|🐞 ladybug bug|🐶 dog|🐱 cat|🦄 unicorn|🐢 turtle slow|🐌 snail slow|🦆 duck
☕ coffee hot drink|🍵 tea|🍺 beer|🥂 cheers glasses|🍕 pizza|🍰 cake|🎂 birthday cake|🍿 popcorn
🏆 trophy win|🥇 gold medal first|🎯 target direct hit|🎁 gift present|🎈 balloon|🎵 music note|🎮 game|⚽ football soccer
💡 light bulb idea|📌 pin|📎 paperclip|📝 memo note|📅 calendar date|📈 chart up growth|📉 chart down|🔍 magnifying glass search
🔒 lock secure|🔑 key|🔧 wrench fix|🔨 hammer build|⚙️ gear settings|📦 package box ship|🗑️ trash bin|⏰ alarm clock time
⏳ hourglass wait|🚧 construction wip|🚨 police light alarm|⚠️ warning|❓ question mark|❗ exclamation mark|➕ plus add|♻️ recycle
🏁 finish flag|🏠 house home|🌍 earth globe world|✈️ plane travel|🚲 bicycle bike|🚗 car|🎓 graduation|💰 money bag`

/** @type {{emoji: string, words: string}[]} */
export const EMOJI = ALL.trim().split(/[|\n]/).map(one => {
  const [emoji, ...words] = one.split(' ')
  return { emoji, words: words.join(' ') }
})

/** Those of which every word that is looked for begins one of their words. @param {string} query */
export const findEmoji = query => {
  const wanted = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  return EMOJI.filter(({ words }) => wanted.every(word => ` ${words}`.includes(` ${word}`)))
}
