// GStreamer's webrtcbin as the other side of a call: offers a test picture (VP8), a tone (Opus) and a data
// channel, shows what comes back to nobody but counts it. For tests/e2e/gstreamer.test.mjs.
//
// Lines on standard output: "offer BASE64", "candidate INDEX TEXT", "message TEXT", "counts PICTURES SOUNDS".
// Lines on standard input:  "answer BASE64", "candidate INDEX TEXT", "say TEXT", "count"; its end ends the
// program.
#include <gst/gst.h>
#include <gst/sdp/sdp.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

namespace {

GMainLoop* loop = nullptr;
GstElement* pipeline = nullptr;
GstElement* webrtc = nullptr;
GObject* channel = nullptr;
std::atomic<int> pictures{0}, sounds{0};

void say(const std::string& line) {
  std::cout << line << std::endl;  // flushed: the test waits for it
}

std::string base64(const std::string& text) {
  gchar* encoded = g_base64_encode(reinterpret_cast<const guchar*>(text.data()), text.size());
  std::string out = encoded;
  g_free(encoded);
  return out;
}

void on_offer(GstPromise* promise, gpointer) {
  GstWebRTCSessionDescription* offer = nullptr;
  gst_structure_get(gst_promise_get_reply(promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer,
                    nullptr);
  gst_promise_unref(promise);
  GstPromise* done = gst_promise_new();
  g_signal_emit_by_name(webrtc, "set-local-description", offer, done);
  gst_promise_interrupt(done);
  gst_promise_unref(done);
  gchar* text = gst_sdp_message_as_text(offer->sdp);
  say("offer " + base64(text));
  g_free(text);
  gst_webrtc_session_description_free(offer);
}

void on_negotiation_needed(GstElement*, gpointer) {
  g_signal_emit_by_name(webrtc, "create-offer", nullptr,
                        gst_promise_new_with_change_func(on_offer, nullptr, nullptr));
}

void on_ice_candidate(GstElement*, guint index, gchar* candidate, gpointer) {
  say("candidate " + std::to_string(index) + " " + candidate);
}

void on_message(GObject*, gchar* text, gpointer) { say(std::string("message ") + text); }

GstPadProbeReturn count(GstPad*, GstPadProbeInfo*, gpointer counter) {
  ++*static_cast<std::atomic<int>*>(counter);
  return GST_PAD_PROBE_OK;
}

// What comes in is decoded, and counted behind the decoder.
void on_pad_added(GstElement*, GstPad* pad, gpointer) {
  if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
  GstCaps* caps = gst_pad_get_current_caps(pad);
  const bool video =
      g_strcmp0(gst_structure_get_string(gst_caps_get_structure(caps, 0), "media"), "video") == 0;
  gst_caps_unref(caps);
  GstElement* branch = gst_parse_bin_from_description(
      video ? "queue ! rtpvp8depay ! vp8dec name=decoder ! fakesink sync=false"
            : "queue ! rtpopusdepay ! opusdec name=decoder ! fakesink sync=false",
      TRUE, nullptr);
  GstElement* decoder = gst_bin_get_by_name(GST_BIN(branch), "decoder");
  GstPad* decoded = gst_element_get_static_pad(decoder, "src");
  gst_pad_add_probe(decoded, GST_PAD_PROBE_TYPE_BUFFER, count, video ? &pictures : &sounds, nullptr);
  gst_object_unref(decoded);
  gst_object_unref(decoder);
  gst_bin_add(GST_BIN(pipeline), branch);
  gst_element_sync_state_with_parent(branch);
  GstPad* sink = gst_element_get_static_pad(branch, "sink");
  gst_pad_link(pad, sink);
  gst_object_unref(sink);
}

void take_answer(const std::string& encoded) {
  gsize size = 0;
  guchar* text = g_base64_decode(encoded.c_str(), &size);
  GstSDPMessage* sdp = nullptr;
  gst_sdp_message_new(&sdp);
  gst_sdp_message_parse_buffer(text, static_cast<guint>(size), sdp);
  g_free(text);
  GstWebRTCSessionDescription* answer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  GstPromise* done = gst_promise_new();
  g_signal_emit_by_name(webrtc, "set-remote-description", answer, done);
  gst_promise_interrupt(done);
  gst_promise_unref(done);
  gst_webrtc_session_description_free(answer);
}

gboolean on_line(GIOChannel* input, GIOCondition, gpointer) {
  gchar* read = nullptr;
  gsize end = 0;
  if (g_io_channel_read_line(input, &read, nullptr, &end, nullptr) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
  }
  const std::string line(read, end);
  g_free(read);
  const size_t space = line.find(' ');
  const std::string word = line.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : line.substr(space + 1);
  if (word == "answer") {
    take_answer(rest);
  } else if (word == "candidate") {
    const guint index = static_cast<guint>(std::atoi(rest.c_str()));
    g_signal_emit_by_name(webrtc, "add-ice-candidate", index, rest.substr(rest.find(' ') + 1).c_str());
  } else if (word == "say") {
    g_signal_emit_by_name(channel, "send-string", rest.c_str());
  } else if (word == "count") {
    say("counts " + std::to_string(pictures) + " " + std::to_string(sounds));
  }
  return G_SOURCE_CONTINUE;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  loop = g_main_loop_new(nullptr, FALSE);
  GError* error = nullptr;
  pipeline = gst_parse_launch(
      "webrtcbin name=webrtc bundle-policy=max-bundle "
      "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! "
      "vp8enc deadline=1 target-bitrate=300000 ! rtpvp8pay ! "
      "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000 ! webrtc. "
      "audiotestsrc is-live=true freq=440 ! audioconvert ! audioresample ! opusenc ! rtpopuspay ! "
      "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000 ! webrtc.",
      &error);
  if (pipeline == nullptr) {
    std::fprintf(stderr, "no pipeline: %s\n", error->message);
    return 1;
  }
  webrtc = gst_bin_get_by_name(GST_BIN(pipeline), "webrtc");
  g_signal_connect(webrtc, "on-negotiation-needed", G_CALLBACK(on_negotiation_needed), nullptr);
  g_signal_connect(webrtc, "on-ice-candidate", G_CALLBACK(on_ice_candidate), nullptr);
  g_signal_connect(webrtc, "pad-added", G_CALLBACK(on_pad_added), nullptr);
  gst_element_set_state(pipeline, GST_STATE_READY);
  g_signal_emit_by_name(webrtc, "create-data-channel", "chat", nullptr, &channel);
  if (channel != nullptr) g_signal_connect(channel, "on-message-string", G_CALLBACK(on_message), nullptr);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GIOChannel* input = g_io_channel_unix_new(0);
  g_io_add_watch(input, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP), on_line, nullptr);
  g_main_loop_run(loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  return 0;
}
