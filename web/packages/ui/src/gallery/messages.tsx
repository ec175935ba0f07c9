import { BubblePhoto, MessageBubble } from "../message/message-bubble";
import { PhoneFrame } from "../message/phone-frame";
import { MESSAGE_STATUSES, Ticks } from "../message/ticks";
import { VoicePlayer } from "../message/voice-player";
import { Section, Show } from "./section";

const PHOTO =
  "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='320' height='200'><rect width='320' height='200' fill='%238fbf9f'/><circle cx='240' cy='60' r='28' fill='%23f3d98b'/><path d='M0 160 90 80l70 60 50-40 110 60v40H0z' fill='%23416b57'/></svg>";

const SECOND_OF_SILENCE =
  "data:audio/wav;base64,UklGRnQAAABXQVZFZm10IBAAAAABAAEAUAAAAFAAAAABAAgAZGF0YVAAAACAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgA==";

/** Bubbles and ticks. */
export function MessagesSection() {
  return (
    <Section title="Messages">
      <Show name="Ticks">
        {MESSAGE_STATUSES.map((status) => (
          <Ticks key={status} status={status} word />
        ))}
      </Show>
      <div className="grid gap-4 md:grid-cols-2">
        <div className="flex flex-col gap-3 rounded-card border bg-thread p-4">
          <MessageBubble
            direction="in"
            text={"Hi, is the *blue* one still there?\nhttps://example.com/blue"}
            meta="10:02"
            reactions={[{ emoji: "👍", label: "You reacted 👍" }]}
          />
          <MessageBubble
            direction="out"
            quote={{ author: "Asha Nair", text: "Hi, is the blue one still there?" }}
            text="Yes, two are left."
            meta={
              <>
                10:03 <Ticks status="read" />
              </>
            }
          />
          <MessageBubble
            direction="in"
            header={<BubblePhoto src={PHOTO} alt="Photo from Asha" />}
            text="Like this 🌿"
            meta="10:04"
          />
          <MessageBubble direction="in" header={<BubblePhoto state="loading" note="Fetching the photo" alt="" />} meta="10:05" />
          <MessageBubble
            direction="in"
            header={<BubblePhoto state="missing" note="The photo could not be fetched." alt="" />}
            meta="10:05"
          />
          <MessageBubble direction="in" meta="10:06">
            <VoicePlayer src={SECOND_OF_SILENCE} label="Voice message" />
          </MessageBubble>
          <MessageBubble direction="out" tone="failed" text="We ship today." meta={<Ticks status="failed" word />} />
        </div>
        <div className="flex flex-col gap-3 rounded-card border bg-thread p-4">
          <MessageBubble direction="in" text="مرحبا، هل الموعد غدًا متاح؟" meta="10:06" />
          <MessageBubble direction="in" text="नमस्ते, क्या आप आज खुले हैं? 你好" meta="10:06" />
          <MessageBubble
            direction="out"
            title="Your appointment"
            text="Dear Asha, we see you on Tuesday at 10:30."
            footer="Green Leaf Clinic"
            buttons={[
              { kind: "reply", text: "Confirm" },
              { kind: "reply", text: "Another time" },
              { kind: "url", text: "See the map", href: "https://example.com/map" },
            ]}
            meta={
              <>
                10:07 <Ticks status="delivered" />
              </>
            }
          />
          <MessageBubble
            direction="in"
            text="averyveryverylongwordwithoutanyspacesthatmustwrapinsteadofscrollingsidewaysinthebubble"
            meta="10:08"
          />
          <MessageBubble direction="in" mark="Forwarded many times" text="Open on Sundays in May" meta="10:09" />
          <MessageBubble
            direction="out"
            text="Which one shall it be?"
            meta="10:10"
            below={<p className="px-3 py-1.5 text-sm">What unfolds below, such as the rows of a list</p>}
          />
        </div>
      </div>
      <PhoneFrame name="Green Leaf Clinic" id="green" label="Preview">
        <MessageBubble
          direction="in"
          text="Your order 1042 is on its way."
          buttons={[{ kind: "reply", text: "Thanks" }]}
          meta="10:00"
        />
      </PhoneFrame>
    </Section>
  );
}
