using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RoadSeg.Benchmarks.Scale;

namespace RoadSeg.Deploy.Tests.Scale;

/// <summary>The simulator against what queueing theory knows in closed form.</summary>
public sealed class SimulatorTests
{
    private const int Customers = 400_000;

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.9)]
    public void One_server_keeps_customers_waiting_as_long_as_M_M_1_says(double load) =>
        Close(load / (1 - load), MeanWait(load, 1, simulator => simulator.Exponential(1)), 0.05);

    [Theory]
    [InlineData(2, 0.8)]
    [InlineData(5, 0.8)]
    [InlineData(5, 0.9)]
    [InlineData(20, 0.9)]
    public void Several_servers_keep_customers_waiting_as_long_as_M_M_c_says(int servers, double load) =>
        Close(ErlangC(servers, load * servers) / (servers * (1 - load)), MeanWait(load * servers, servers, simulator => simulator.Exponential(1)), 0.05);

    // Pollaczek and Khinchine: the wait grows with the variation of the service.
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(1.5)]
    public void Work_of_any_variation_keeps_customers_waiting_as_long_as_M_G_1_says(double variation) =>
        Close(0.8 * (1 + (variation * variation)) / (2 * 0.2), MeanWait(0.8, 1, simulator => variation == 0 ? 1 : simulator.LogNormal(1, variation)), 0.07);

    [Fact]
    public void What_is_simulated_is_the_rule_and_the_limits_that_are_deployed()
    {
        var times = new ServiceTimes();
        var queues = JsonNode.Parse(File.ReadAllText(Path.Combine(Checkout.Root, "functions", "host.json")))!["extensions"]!["queues"]!;
        var azure = Path.Combine(Checkout.Root, "infra", "azure");
        var stack = File.ReadAllText(Path.Combine(azure, "stack.bicep"));

        Assert.Equal((double)queues["batchSize"]!, times.MessagesPerReplica);
        Assert.Equal(2, Regex.Count(stack, @"messagesPerReplica: host\.extensions\.queues\.batchSize"));
        Assert.Contains($"maxReplicas: {times.MostReplicas.Cpu}\n", stack, StringComparison.Ordinal);
        var main = File.ReadAllText(Path.Combine(azure, "main.bicep"));
        Assert.Contains($"param pollingInterval string = '{TimeSpan.FromSeconds(Replicas.MaxPolling):hh\\:mm\\:ss\\.fff}'", main, StringComparison.Ordinal);
        Assert.Contains($"param gpuMaxReplicas string = '{times.MostReplicas.Gpu}'", main, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        Assert.Equal(Run(7), Run(7));
        Assert.NotEqual(Run(7), Run(8));

        static double Run(int seed)
        {
            var simulator = new Simulator(seed);
            var chain = new Chain(simulator, new ChainOptions());
            chain.Arrivals(_ => 20, 20, 60);
            simulator.Run();
            return chain.Latencies.Sum();
        }
    }

    [Fact]
    public void Batches_hold_no_more_than_they_may_and_lose_nobody()
    {
        var simulator = new Simulator(1);
        var largest = 0;
        var station = new Station(simulator, batch =>
        {
            largest = Math.Max(largest, batch);
            return 1;
        }, maxBatch: 8);
        station.Resize(1);
        var served = 0;
        for (var i = 0; i < 100; i++)
            station.Enter(_ => served++);
        simulator.Run();

        // The first one finds an idle server and goes alone.
        Assert.Equal((100, 8, 14.0), (served, largest, simulator.Now));
    }

    [Fact]
    public void Replicas_that_scale_to_zero_come_for_the_first_photo_and_go_after_the_last()
    {
        var simulator = new Simulator(3);
        var chain = new Chain(simulator, new ChainOptions { Segment = new ScaleRule(0, 4, 30, ColdStart: 120) });
        chain.Submit();
        simulator.Run(3600);

        Assert.InRange(Assert.Single(chain.Latencies), 120, 155);
        Assert.Equal((1, 0), (chain.Segment.ColdStarts, chain.Segment.Station.Servers));
        Assert.InRange(chain.Segment.Seconds, 300, 520);
    }

    private static double MeanWait(double rate, int servers, Func<Simulator, double> service)
    {
        var simulator = new Simulator(20261122);
        var station = new Station(simulator, _ => service(simulator));
        station.Resize(servers);
        double waited = 0;
        var served = 0;
        Arrive(Customers);
        simulator.Run();
        return waited / served;

        void Arrive(int left)
        {
            if (left == 0)
                return;
            simulator.After(simulator.Exponential(1 / rate), () =>
            {
                station.Enter(wait =>
                {
                    waited += wait;
                    served++;
                });
                Arrive(left - 1);
            });
        }
    }

    // The chance that a customer of M/M/c has to wait, by the recurrence of Erlang B.
    private static double ErlangC(int servers, double offered)
    {
        var blocked = 1.0;
        for (var i = 1; i <= servers; i++)
            blocked = offered * blocked / (i + (offered * blocked));
        return blocked / (1 - (offered / servers * (1 - blocked)));
    }

    private static void Close(double expected, double actual, double share) => Assert.InRange(actual, expected * (1 - share), expected * (1 + share));
}
