package io.berth.server;

import org.apache.catalina.valves.ErrorReportValve;

/**
 * Answers in the protocol's words where nothing behind Tomcat was asked: malformed requests, wrong
 * paths, methods Tomcat refuses. Made by Tomcat, by name.
 */
public final class ProtocolErrorValve extends ErrorReportValve {}
