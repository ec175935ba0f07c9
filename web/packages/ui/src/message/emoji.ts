/** An emoji with the words it is found by. */
export type Emoji = { emoji: string; words: string };

function list(text: string): Emoji[] {
  return text.split("|").map((entry) => {
    const [emoji = "", ...words] = entry.split(" ");
    return { emoji, words: words.join(" ") };
  });
}

/** The emoji that people write with most, by group. */
export const EMOJI_GROUPS = [
  {
    name: "smileys",
    emoji: list(
      "😀 grinning happy|😃 smile happy|😄 laughing smile|😁 grin|😆 laugh|😅 sweat relief|😂 joy tears laugh|" +
        "🤣 rolling laugh|🙂 slight smile|🙃 upside down|😉 wink|😊 blush smile|😇 angel halo|🥰 love hearts|😍 heart eyes|" +
        "😘 kiss|😋 yum tasty|😜 tongue wink|🤗 hug|🤭 oops giggle|🤔 thinking|🤨 doubt|😐 neutral|😏 smirk|😒 annoyed|" +
        "🙄 eye roll|😬 grimace|😌 relieved|😔 sad pensive|😴 sleep|😷 mask ill|🤒 fever ill|🤕 hurt bandage|🤢 sick|" +
        "🥳 party celebrate|😎 cool sunglasses|🤓 nerd|😕 confused|😟 worried|😮 surprised|😲 astonished|😳 flushed|" +
        "🥺 pleading|😢 cry sad|😭 sob crying|😱 scream shock|😤 huff|😠 angry|😡 rage|🤯 mind blown|😓 downcast sweat|" +
        "🤷 shrug|🤦 facepalm",
    ),
  },
  {
    name: "gestures",
    emoji: list(
      "👍 thumbs up yes ok|👎 thumbs down no|👌 ok fine|✌️ victory peace|🤞 fingers crossed luck|🤝 handshake deal|" +
        "👏 clap bravo|🙌 hands up hooray|🙏 thanks please pray|💪 strong|👋 wave hello bye|✋ stop hand|👆 up point|" +
        "👇 down point|👉 right point|👈 left point|✍️ write|🫶 heart hands|🫡 salute|👀 eyes look",
    ),
  },
  {
    name: "hearts",
    emoji: list(
      "❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🖤 black heart|" +
        "🤍 white heart|💔 broken heart|💕 two hearts|💖 sparkling heart|💯 hundred perfect|✨ sparkles|⭐ star|" +
        "🌟 glowing star|🔥 fire hot|🎉 party tada congratulations|🎊 confetti|🎁 gift present|🎂 cake birthday|" +
        "🏆 trophy win|🥇 gold medal first",
    ),
  },
  {
    name: "nature",
    emoji: list(
      "☀️ sun sunny|🌤️ partly sunny|☁️ cloud|🌧️ rain|⛈️ storm|❄️ snow cold|🌈 rainbow|🌸 blossom flower|" +
        "🌹 rose flower|🌻 sunflower|🌿 herb leaf|🍀 clover luck|🌳 tree|🐶 dog|🐱 cat|🐰 rabbit|🐻 bear|🦋 butterfly|🐝 bee|" +
        "🐟 fish",
    ),
  },
  {
    name: "food",
    emoji: list(
      "🍎 apple|🍌 banana|🍓 strawberry|🥑 avocado|🥗 salad|🍞 bread|🧀 cheese|🍕 pizza|🍔 burger|🍟 fries|🌮 taco|🍣 sushi|" +
        "🍜 noodles|🍚 rice|🍰 cake|🍩 donut|🍫 chocolate|🍿 popcorn|☕ coffee|🍵 tea|🍺 beer|🍷 wine|🥤 drink|🍽️ meal plate",
    ),
  },
  {
    name: "things",
    emoji: list(
      "📞 phone call|📱 mobile phone|💻 laptop computer|📧 email|📎 paperclip attach|📄 document page|📅 calendar date|" +
        "🕐 clock time|⏰ alarm clock|⏳ hourglass wait|📍 pin place|🗺️ map|🏠 house home|🏥 hospital|🏪 shop store|🚗 car|" +
        "🚚 delivery truck|✈️ plane flight|🚲 bike|📦 package parcel|🛒 cart shopping|🛍️ bags shopping|💳 card payment|" +
        "💰 money|🧾 receipt invoice|🔑 key|🔒 lock|🔧 wrench repair|💡 idea bulb|📷 camera photo|🎵 music|⚽ football|" +
        "💊 medicine pill|🦷 tooth dentist|👓 glasses",
    ),
  },
  {
    name: "symbols",
    emoji: list(
      "✅ check done yes|☑️ checked|✔️ tick|❌ cross no|❗ exclamation important|❓ question|⚠️ warning|🚫 forbidden|" +
        "ℹ️ information|➡️ arrow right|⬅️ arrow left|🔄 repeat again|🔔 bell|📌 pinned|🔗 link|🆗 ok|🆕 new|🔴 red|" +
        "🟡 yellow|🟢 green|1️⃣ one|2️⃣ two|3️⃣ three",
    ),
  },
] as const;

/** The reactions that are offered first. */
export const QUICK_REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** Emoji whose words begin with every word of a search. */
export function findEmoji(search: string): Emoji[] {
  const wanted = search.toLowerCase().split(/\s+/u).filter(Boolean);
  const fits = ({ words }: Emoji) => wanted.every((part) => words.split(" ").some((word) => word.startsWith(part)));
  return EMOJI_GROUPS.flatMap((group) => group.emoji.filter(fits));
}
